namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Numbers of the gateway protocol. Source: docs/protocol.md, limits and timers.</summary>
public static class ProtocolLimits
{
    /// <summary>Protocol version that operators must include in their range.</summary>
    public const int Version = 4;

    /// <summary>Oldest version that a node or a probe may speak.</summary>
    public const int OldestNodeVersion = 3;

    /// <summary>Largest frame before hello-ok, in bytes.</summary>
    public const int MaxHandshakeFrameBytes = 64 * 1024;

    /// <summary>Largest frame after hello-ok, in bytes; announced as <c>policy.maxPayload</c>.</summary>
    public const int MaxFrameBytes = 25 * 1024 * 1024;

    /// <summary>Most bytes that wait for one peer; announced as <c>policy.maxBufferedBytes</c>.</summary>
    public const int MaxBufferedBytes = 50 * 1024 * 1024;

    /// <summary>Largest image that comes with a message, decoded; images are the only attachments.</summary>
    public const int MaxImageBytes = 6 * 1024 * 1024;

    /// <summary>Most frames read ahead while a connect request is being judged.</summary>
    public const int MaxPendingHandshakeFrames = 15;

    /// <summary>Most requests of one connection that are being worked on.</summary>
    public const int MaxPendingRequests = 256;

    /// <summary>Most bytes of their params together; one request alone may always be there.</summary>
    public const int MaxPendingBytes = 50 * 1024 * 1024;

    /// <summary>Calls of another role's methods in a row that end the connection.</summary>
    public const int MaxWrongRoleCalls = 10;

    /// <summary>Sockets of one address that have not said hello yet.</summary>
    public const int MaxUnauthenticatedPerAddress = 32;

    /// <summary>Longest close reason in UTF-8 bytes (RFC 6455, 5.5).</summary>
    public const int MaxCloseReasonBytes = 123;

    /// <summary>Time from socket open to hello-ok.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Time between pings, and time for a pong to arrive.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(25);

    /// <summary>Time between <c>tick</c> events; announced as <c>policy.tickIntervalMs</c>.</summary>
    public static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(30);

    /// <summary>How long a peer may take to answer a close frame before the socket is cut.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);
}
