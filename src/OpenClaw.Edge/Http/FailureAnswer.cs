using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>How a failed answer is told over HTTP.</summary>
/// <param name="Status">HTTP status, while there are no headers yet.</param>
/// <param name="Type">OpenAI's error type.</param>
/// <param name="Message">For a person.</param>
internal readonly record struct FailureAnswer(int Status, string Type, string Message)
{
    /// <summary>The failure of a model call.</summary>
    public static FailureAnswer Of(ProviderException exception) =>
        Of(exception.Failure, exception.HttpStatus, exception.Message);

    /// <summary>The failure of a run; call it only when the run did not end well.</summary>
    public static FailureAnswer Of(RunResult result) => result.Status switch
    {
        RunStatus.Aborted => new FailureAnswer(503, "api_error", "The run was aborted."),
        RunStatus.TimedOut => new FailureAnswer(504, "api_error", result.ErrorMessage ?? "The run timed out."),
        _ when result.Failure is { } failure => Of(failure, result.HttpStatus, result.ErrorMessage ?? "The model failed."),
        _ => new FailureAnswer(500, "api_error", "internal error"),
    };

    private static FailureAnswer Of(ProviderFailure failure, int? status, string message)
    {
        int mapped = failure switch
        {
            _ when status is >= 400 and < 500 => status.Value,
            ProviderFailure.Unreachable => 503,
            ProviderFailure.Unauthorized => 401,
            ProviderFailure.RateLimited => 429,
            ProviderFailure.ContextOverflow or ProviderFailure.BadRequest => 400,
            ProviderFailure.ModelNotFound => 404,
            _ => 502,
        };
        return new FailureAnswer(mapped, UpstreamErrors.TypeOf(mapped), message);
    }
}
