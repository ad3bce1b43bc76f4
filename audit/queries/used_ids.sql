-- Ids that two banks have used, which is no fault, since an id belongs to the bank that signs with it.
SELECT id, COUNT(DISTINCT owner) AS banks FROM receipts WHERE kind <> 'due'
GROUP BY id HAVING COUNT(DISTINCT owner) > 1 ORDER BY id
