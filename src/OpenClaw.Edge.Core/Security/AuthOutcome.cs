namespace OpenClaw.Edge.Security;

/// <summary>How a credential was judged.</summary>
public enum AuthOutcome
{
    /// <summary>It is right, or none is needed.</summary>
    Accepted,

    /// <summary>None was presented.</summary>
    Missing,

    /// <summary>It is wrong.</summary>
    Mismatch,

    /// <summary>The gateway has no secret to compare with: nobody gets in.</summary>
    NotConfigured,

    /// <summary>Too many failures from this address; it was not compared.</summary>
    RateLimited,
}
