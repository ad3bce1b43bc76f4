-- Payments that settled, by day of their order (UTC) and currency.
SELECT SUBSTR(ordered_time, 1, 10) AS day, currency, COUNT(*) AS payments, CAST(SUM(amount) AS BIGINT) AS amount
FROM payments WHERE settled_height IS NOT NULL
GROUP BY SUBSTR(ordered_time, 1, 10), currency ORDER BY day, currency
