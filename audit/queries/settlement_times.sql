-- How long payments took from the block of the order to the block in which they settled, in ms of
-- block time; 0 where both are the same block.
SELECT currency, COUNT(*) AS settled, MIN(settled_ms - ordered_ms) AS shortest,
  MAX(settled_ms - ordered_ms) AS longest,
  CAST(SUM(CASE WHEN settled_ms = ordered_ms THEN 1 ELSE 0 END) AS BIGINT) AS at_once
FROM payments WHERE settled_height IS NOT NULL GROUP BY currency ORDER BY currency
