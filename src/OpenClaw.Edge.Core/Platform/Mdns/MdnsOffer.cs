namespace OpenClaw.Edge.Platform.Mdns;

/// <summary>What is announced.</summary>
/// <param name="Type">Service type, such as <c>_openclaw-gw._tcp</c>.</param>
/// <param name="Instance">What a person reads, up to 63 bytes; a conflict adds <c>(2)</c>.</param>
/// <param name="Host">First label of the host name; a conflict adds <c>-2</c>.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Text">Entries <c>key=value</c>. Asked for each time, with the host label in use, because they may change.</param>
public sealed record MdnsOffer(string Type, string Instance, string Host, ushort Port, Func<string, IReadOnlyList<string>> Text);
