-- Money that has left an account and not arrived, with the payment or redemption that it belongs to.
SELECT e.hold_agent, e.hold_id, e.currency, CAST(SUM(e.amount) AS BIGINT) AS held, MIN(b.time) AS since,
  p.status, p.debtor, p.creditor
FROM entries e JOIN blocks b ON b.height = e.height
LEFT JOIN payments p ON p.agent = e.hold_agent AND p.uetr = e.hold_id
WHERE e.place = 'hold'
GROUP BY e.hold_agent, e.hold_id, e.currency, p.status, p.debtor, p.creditor
HAVING SUM(e.amount) <> 0 ORDER BY since, e.hold_id
