import pytest, importlib, inspect, types
from tests.oracles import test_replay
from django.db import transaction
MUT = {
 "promo_end_sql": ("marketplace.pricing.selectors.terms", None, "%(at)s < p.ends_at", "%(at)s <= p.ends_at"),
 "promo_end": ("marketplace.pricing.rules.quoting", "PromotionTerm.runs", "<= at < self.ends_at", "<= at <= self.ends_at"),
 "match_tie": ("marketplace.trading.rules.matching", "Stock.rank", "self.shelf.list_price_cents, self.shelf.seller_id", "self.shelf.seller_id, self.shelf.list_price_cents"),
 "home_tie": ("marketplace.trading.rules.restocking", "_Shopping._candidates", "quote.seller_id != home, quote.seller_id", "quote.seller_id, quote.seller_id"),
 "public_only": ("marketplace.trading.rules.matching", "_match_of_a_patron", "for seller_id in visited:", "for seller_id in ():"),
 "budget": ("marketplace.trading.selectors.problems", "restock_problem", "available_cents - policy.cash_reserve_cents", "available_cents"),
 "tier_count": ("marketplace.trading.rules.restocking", "_Seller.sell", "self.cars += quantity", "self.cars += 0"),
}
import textwrap
@pytest.mark.django_db
@pytest.mark.parametrize("name", MUT)
def test_mutant(name, monkeypatch):
    mod, path, a, b = MUT[name]
    m = importlib.import_module(mod)
    if path is None:
        assert a in m._PROMOTIONS; monkeypatch.setattr(m, "_PROMOTIONS", m._PROMOTIONS.replace(a,b))
    else:
        src = inspect.getsource(m); assert a in src, a
        new = types.ModuleType(mod+"_mut"); 
        import sys; monkeypatch.setitem(sys.modules, mod+"_mut", new)
        exec(compile(src.replace(a,b), m.__file__, "exec"), new.__dict__)
        o, n = m, new
        for part in path.split("."):
            o = inspect.getattr_static(o, part) if isinstance(o,type) else getattr(o, part); n = inspect.getattr_static(n, part) if isinstance(n,type) else getattr(n, part)
        if isinstance(o, property): o, n = o.fget, n.fget
        monkeypatch.setattr(o, "__code__", n.__code__)
    for seed in range(90):
        at = transaction.atomic(); at._from_testcase = True
        try:
            with at:
                test_replay.test_jobs_do_what_the_rules_say(seed)
                transaction.set_rollback(True)
        except BaseException as e:
            print("KILLED", name, type(e).__name__, str(e)[:60]); return
    pytest.fail("survived "+name)
