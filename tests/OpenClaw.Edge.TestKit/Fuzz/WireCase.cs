namespace OpenClaw.Edge.TestKit.Fuzz;

/// <summary>Bytes of a client and how they end a connection.</summary>
/// <param name="Bytes">What goes over the wire.</param>
/// <param name="End">What the server's close frame must say, when it must close.</param>
/// <param name="Carries">Whether the message is in them as it was given.</param>
public sealed record WireCase(byte[] Bytes, WireEnd End, bool Carries = false);
