using System.Text.Json;

namespace OpenClaw.Edge.Cli;

/// <summary>The one translation from an error of the gateway to a failure of the command.</summary>
internal static class GatewayRefusal
{
    public static CliException From(string method, JsonElement error, GatewayTarget target)
    {
        string code = error.Text("code") ?? "UNKNOWN";
        string message = error.Text("message") ?? "no reason given";
        string detail = error.Member("details").Text("code") ?? "";
        bool unauthorized = code is "NOT_PAIRED" or "FORBIDDEN"
            || detail.StartsWith("AUTH_", StringComparison.Ordinal)
            || detail is "MISSING_SCOPE" or "PAIRING_REQUIRED" or "DEVICE_IDENTITY_REQUIRED";
        if (unauthorized)
        {
            return new CliException(
                ExitCode.Unauthorized,
                $"{target.Display} refused {Asked(method)}: {message}; {Fix(detail, error.Member("details").Text("requestId"), target)}",
                detail == "PAIRING_REQUIRED" ? CliException.PairingRequired : null)
            {
                MissingScope = error.Member("details").Text("missingScope"),
            };
        }

        return code == "UNAVAILABLE" && method == "connect"
            ? new CliException(ExitCode.Unreachable, $"the gateway at {target.Display} is not ready: {message}")
            : new CliException(ExitCode.Failed, $"{method}: {message} ({code})", "gateway_request_error");
    }

    private static string Asked(string method) => method == "connect" ? "the connection" : $"'{method}'";

    private static string Fix(string detail, string? requestId, GatewayTarget target) => detail switch
    {
        "AUTH_RATE_LIMITED" => "wait a few minutes, then try with the right token",
        "MISSING_SCOPE" => "commands keep their scopes on the gateway's own machine only: run it there, or pair this one",
        "PAIRING_REQUIRED" => $"approve this machine on the gateway (openclaw devices approve {requestId}), then try again",
        "DEVICE_IDENTITY_REQUIRED" when target.Token is null && target.Password is null =>
            "give --token, or set OPENCLAW_GATEWAY_TOKEN",
        _ when target.Local => "compare --token, OPENCLAW_GATEWAY_TOKEN and gateway.auth.token with what the gateway was started with",
        _ => "give that gateway's own --token or --password",
    };
}
