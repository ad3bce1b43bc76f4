-- What was rejected, by bank, reason and ISO 20022 code.
SELECT owner AS bank, reason, code, COUNT(*) AS count
FROM receipts WHERE status = 'rejected'
GROUP BY owner, reason, code ORDER BY count DESC, bank, reason
