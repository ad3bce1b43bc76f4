-- Both legs of each exchange, with the provider and the rate: units of what was paid for one of what was got,
-- exact, as a decimal number in text.
SELECT ordered_time, agent, uetr, debtor_currency, debtor_amount, currency, amount, rate, provider,
  quote, status
FROM payments WHERE provider IS NOT NULL ORDER BY ordered_height, uetr
