from tests.portal.matrix import doors_api
from tests.portal.matrix.table import rows_of
ROWS = rows_of(doors_api.MARKET, doors_api.TRADE, doors_api.PEOPLE)
