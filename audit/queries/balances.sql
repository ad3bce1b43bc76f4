-- What every account has, by the entries of all receipts, in minor units.
SELECT account, currency, CAST(SUM(amount) AS BIGINT) AS balance, COUNT(*) AS entries
FROM entries WHERE place = 'account'
GROUP BY account, currency ORDER BY account, currency
