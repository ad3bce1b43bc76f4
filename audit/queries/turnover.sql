-- What went out of and into each bank's accounts, by currency and business date, charges apart.
SELECT bank, currency, business_date,
  CAST(-SUM(CASE WHEN amount < 0 AND kind = 'principal' THEN amount ELSE 0 END) AS BIGINT) AS debits,
  CAST(SUM(CASE WHEN amount > 0 AND kind = 'principal' THEN amount ELSE 0 END) AS BIGINT) AS credits,
  CAST(SUM(CASE WHEN kind = 'charge' THEN amount ELSE 0 END) AS BIGINT) AS charges
FROM entries WHERE place = 'account'
GROUP BY bank, currency, business_date
ORDER BY bank, currency, business_date
