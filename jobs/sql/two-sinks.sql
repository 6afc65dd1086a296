CREATE TABLE Readings (
  sensor INT,
  celsius DOUBLE
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '10',
  'fields.sensor.min' = '1',
  'fields.sensor.max' = '4',
  'fields.celsius.min' = '-10',
  'fields.celsius.max' = '40'
);

CREATE TABLE Extremes (
  sensor INT,
  coldest DOUBLE,
  warmest DOUBLE
) WITH (
  'connector' = 'print',
  'print-identifier' = 'extremes'
);

CREATE TABLE Frost (
  sensor INT,
  celsius DOUBLE
) WITH (
  'connector' = 'print',
  'print-identifier' = 'frost'
);

EXECUTE STATEMENT SET
BEGIN
  INSERT INTO Extremes
  SELECT sensor, MIN(celsius), MAX(celsius)
  FROM Readings
  GROUP BY sensor;

  INSERT INTO Frost
  SELECT sensor, celsius
  FROM Readings
  WHERE celsius < 0;
END;
