"""The words that every room uses: records, money, percents, errors, nudges, shards and bulk writes."""
