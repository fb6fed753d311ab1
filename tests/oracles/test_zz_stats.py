import pytest, collections
from tests.oracles.events import JOBS, Events
from tests.oracles.random_markets import RandomMarket
T=collections.Counter()
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_s(seed):
    m=RandomMarket(seed).found(); e=Events(m)
    for step in range(9):
        e.a_while_passes(); e.people_act()
        for job in (JOBS if step<2 else m.random.sample(JOBS,2)):
            before={ (s,k):l.supplier for s,a in m.world.assortments.items() for k,l in a.items()}
            e.run(job)
            if job=="review":
                for s,a in m.world.assortments.items():
                    for k,l in a.items():
                        T["sourced"]+=1
                        b=before.get((s,k))
                        if b and b!=l.supplier: T["switched"]+=1
    for d in m.world.deals:
        k="retail" if d.offer else "wholesale"
        T[k]+=1
        if d.quote.promotion: T[k+" promo"]+=1
        if d.quote.tier: T[k+" tier"]+=1
        if d.quantity>1: T[k+" many"]+=1
    for o in m.world.offers.values(): T[o.status]+=1
    T["pricechanges"]+=len(m.world.price_changes)
    if seed==11: print(T)
