namespace OpenClaw.Edge.TestKit.Fuzz;

/// <summary>How a server ends a connection over what it got; numbers are close codes.</summary>
public enum WireEnd
{
    /// <summary>It does not.</summary>
    None = 0,

    /// <summary>Broken framing.</summary>
    ProtocolError = 1002,

    /// <summary>Not UTF-8.</summary>
    BadText = 1007,

    /// <summary>Over the limit.</summary>
    TooBig = 1009,

    /// <summary>The client closed with this code, and hears it again.</summary>
    Echo3000 = 3000,
}
