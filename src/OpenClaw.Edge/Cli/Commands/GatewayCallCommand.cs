using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw gateway call</c>: any method, its answer as JSON. The connection asks for reading only, and for
/// more when the gateway says that the method needs it: a refused call has done nothing.</summary>
internal static class GatewayCallCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> method = new("method") { Description = "Such as status, or sessions.list" };
        Option<string?> parameters = new("--params") { Description = "JSON object of parameters", HelpName = "json" };
        Option<bool> final = new("--expect-final") { Description = "Wait for the second answer of an agent's turn" };
        Command command = new("call", "Call a method of the gateway") { method, parameters, final };
        return command.Does(shared, world, (context, cancellationToken) => RunAsync(
            context,
            context.Parsed.GetRequiredValue(method),
            context.Parsed.GetValue(parameters),
            context.Parsed.GetValue(final),
            cancellationToken));
    }

    private static async Task<int> RunAsync(
        CliContext context, string method, string? parameters, bool final, CancellationToken cancellationToken)
    {
        JsonElement? given = parameters is null ? null : Parse(parameters);
        List<string> scopes = [.. GatewayScopes.Read];
        while (true)
        {
            try
            {
                await using GatewayClient client = await context.ConnectAsync(scopes, cancellationToken);
                JsonElement answer = await client.CallAsync(
                    method,
                    given is { } value ? value.WriteTo : null,
                    context.Timeout,
                    cancellationToken,
                    final ? IgnoreAcceptance : null);
                if (answer.ValueKind == JsonValueKind.Undefined)
                {
                    context.Say("null");
                }
                else
                {
                    context.Print(answer);
                }

                return (int)ExitCode.Ok;
            }
            catch (CliException e) when (e.MissingScope is { } scope && !scopes.Contains(scope))
            {
                scopes.Add(scope);
            }
        }
    }

    private static void IgnoreAcceptance(JsonElement accepted)
    {
        // the second answer is the one that is printed
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCode.Usage, $"--params is not JSON: {e.Message}; quote it as --params '{{\"key\":\"main\"}}'");
        }
    }
}
