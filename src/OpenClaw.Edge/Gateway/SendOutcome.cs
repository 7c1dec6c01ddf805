namespace OpenClaw.Edge.Gateway;

/// <summary>What became of a frame.</summary>
internal enum SendOutcome
{
    /// <summary>It waits to be written, or has been.</summary>
    Queued,

    /// <summary>The peer is too slow; an event that allows it was left out, and its number with it.</summary>
    Skipped,

    /// <summary>The peer is too slow for a frame that can not be left out: close it.</summary>
    Overflow,

    /// <summary>The connection is closing.</summary>
    Closed,
}
