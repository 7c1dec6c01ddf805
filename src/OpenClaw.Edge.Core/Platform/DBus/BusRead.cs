namespace OpenClaw.Edge.Platform.DBus;

/// <summary>Reads what is wanted of an answer.</summary>
public delegate T BusRead<T>(BusMessage message);
