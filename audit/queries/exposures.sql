-- What each pair of banks paid each other, and what is left when both ways are set against each other. Both legs of an
-- exchange count, the debtor's to the provider and the provider's to the creditor, and so does what was given back.
SELECT a.payer, a.payee, a.currency, a.paid, COALESCE(b.paid, 0) AS paid_back, a.paid - COALESCE(b.paid, 0) AS net
FROM (SELECT payer, payee, currency, CAST(SUM(amount) AS BIGINT) AS paid FROM legs
      GROUP BY payer, payee, currency) a
LEFT JOIN (SELECT payer, payee, currency, CAST(SUM(amount) AS BIGINT) AS paid FROM legs
      GROUP BY payer, payee, currency) b
  ON b.payer = a.payee AND b.payee = a.payer AND b.currency = a.currency
WHERE a.payer <> a.payee
ORDER BY net DESC, a.payer, a.payee, a.currency
