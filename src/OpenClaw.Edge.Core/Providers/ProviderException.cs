namespace OpenClaw.Edge.Providers;

/// <summary>A model call failed. The message names the server and the fix, and holds no secret.</summary>
public sealed class ProviderException(
    ProviderFailure failure,
    string message,
    TimeSpan? retryAfter = null,
    int? httpStatus = null,
    Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What to do.</summary>
    public ProviderFailure Failure { get; } = failure;

    /// <summary>Whether the account has run dry: nothing changes before a person pays.</summary>
    public bool Billing { get; init; }

    /// <summary>How long the server asked to wait.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>HTTP status of the server's answer, where there was one.</summary>
    public int? HttpStatus { get; } = httpStatus;
}
