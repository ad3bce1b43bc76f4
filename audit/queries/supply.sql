-- Accounts and open holds of each currency have what was issued and not redeemed, so `difference` is 0.
SELECT currency,
  CAST(SUM(CASE WHEN place = 'account' THEN amount ELSE 0 END) AS BIGINT) AS in_accounts,
  CAST(SUM(CASE WHEN place = 'hold' THEN amount ELSE 0 END) AS BIGINT) AS in_holds,
  CAST(-SUM(CASE WHEN place = 'supply' THEN amount ELSE 0 END) AS BIGINT) AS outstanding,
  CAST(SUM(amount) AS BIGINT) AS difference
FROM entries GROUP BY currency ORDER BY currency
