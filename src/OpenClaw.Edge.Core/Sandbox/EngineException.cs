namespace OpenClaw.Edge.Sandbox;

/// <summary>A call to a container engine failed. The message names the call and the engine's reason.</summary>
public sealed class EngineException(EngineFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to do about it.</summary>
    public EngineFailure Failure { get; } = failure;

    /// <summary>Reads the status of an answer.</summary>
    internal static EngineException Of(string call, int status, string reason)
    {
        EngineFailure failure = status switch
        {
            404 => EngineFailure.NotFound,
            304 or 409 => EngineFailure.Conflict,
            _ when reason.Contains("no space left", StringComparison.OrdinalIgnoreCase) => EngineFailure.NoSpace,
            _ when reason.Contains("is not running", StringComparison.OrdinalIgnoreCase)
                || reason.Contains("container state improper", StringComparison.OrdinalIgnoreCase) => EngineFailure.Conflict,
            >= 400 and < 500 => EngineFailure.Refused,
            _ => EngineFailure.Broken,
        };
        return new EngineException(failure, $"{call}: the engine answered {status}: {reason}");
    }
}
