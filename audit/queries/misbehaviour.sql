-- What validators signed that no honest one signs, as it was reported and judged, with who reported it (docs/evidence.md).
SELECT height, time, name, value FROM state WHERE kind = 'misbehaviour' ORDER BY height, name
