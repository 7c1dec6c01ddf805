using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>A turn that is not carried on, for a reason that its message tells a person with the way out.</summary>
internal sealed class RunRefusedException(string message, ProviderFailure failure) : Exception(message)
{
    /// <summary>What clients show it as.</summary>
    public ProviderFailure Failure { get; } = failure;
}
