-- What was issued, redeemed and attested, with what the agents named, a fiat entry's hash, a message's hash.
SELECT t.height, b.time, t.kind, t.owner, t.id, r.status, r.code, t.body
FROM transactions t JOIN blocks b ON b.height = t.height
JOIN receipts r ON r.height = t.height AND r.id = t.id AND r.owner = t.owner AND r.kind = 'transaction'
WHERE t.kind IN ('Issue', 'Redeem', 'RedeemOutcome', 'AttestReserves') ORDER BY t.height, t.position
