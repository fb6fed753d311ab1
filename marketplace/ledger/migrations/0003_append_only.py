"""The database itself refuses to change or forget what happened."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION ledger_transfers_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('forecourt.may_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'ledger_transfer is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_transfers_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfers_are_append_only();
"""
UNDO = """
DROP TRIGGER ledger_transfers_are_append_only ON ledger_transfer;
DROP FUNCTION ledger_transfers_are_append_only();
"""


class Migration(migrations.Migration):
    """Guards the table by a trigger; only a test database may be emptied."""

    dependencies = [("ledger", "0002_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
