namespace OpenClaw.Edge.Security;

/// <summary>Who wrote a message, as far as the channel has proven it.</summary>
/// <param name="Channel">Where it came in; <c>webchat</c> for clients of the gateway.</param>
/// <param name="Id">Who it is there: a user, a device or a client.</param>
/// <param name="Name">What they are called; null when nobody knows.</param>
public sealed record MessageSender(string Channel, string Id, string? Name = null);
