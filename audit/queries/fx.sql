-- Both legs of each exchange, with the provider and the rate, which is units of what was paid for one of what
-- was got, as mantissa and power of ten.
SELECT ordered_time, agent, uetr, debtor_currency, debtor_amount, currency, amount, rate, provider,
  quote, status
FROM payments WHERE provider IS NOT NULL ORDER BY ordered_height, uetr
