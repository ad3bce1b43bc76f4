-- What each pair of banks paid each other, and what is left when both ways are set against each other.
SELECT a.agent, a.creditor_agent, a.currency, a.paid, COALESCE(b.paid, 0) AS paid_back,
  a.paid - COALESCE(b.paid, 0) AS net
FROM (SELECT agent, creditor_agent, currency, CAST(SUM(amount) AS BIGINT) AS paid FROM payments
      WHERE settled_height IS NOT NULL GROUP BY agent, creditor_agent, currency) a
LEFT JOIN (SELECT agent, creditor_agent, currency, CAST(SUM(amount) AS BIGINT) AS paid FROM payments
      WHERE settled_height IS NOT NULL GROUP BY agent, creditor_agent, currency) b
  ON b.agent = a.creditor_agent AND b.creditor_agent = a.agent AND b.currency = a.currency
WHERE a.agent <> a.creditor_agent
ORDER BY net DESC, a.agent, a.creditor_agent, a.currency
