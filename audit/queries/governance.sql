-- Every change of what the network is and of who may do what in it, in order.
SELECT height, time, kind, name, is_there, value FROM state
WHERE kind IN ('proposal', 'participant', 'rule', 'parameters', 'validators')
ORDER BY height, kind, name
