namespace OpenClaw.Edge.Platform.DBus;

/// <summary>Writes the members of a call.</summary>
public delegate void BusWrite(BusMessage message);
