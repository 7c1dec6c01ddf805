using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw gateway probe</c>: connects as a probe and tells what this connection may do.</summary>
internal static class GatewayProbeCommand
{
    public static Command Create(CliOptions shared, CliWorld world) =>
        new Command("probe", "Connect, and tell what this connection may do").Does(shared, world, RunAsync);

    private static async Task<int> RunAsync(CliContext context, CancellationToken cancellationToken)
    {
        long start = context.Clock.GetTimestamp();
        await using GatewayClient client = await GatewayClient.ConnectAsync(
            context.Target,
            new GatewayConnectOptions { Scopes = GatewayScopes.Read, Mode = "probe", Timeout = context.Timeout, Identity = context.Identity },
            context.Clock,
            cancellationToken);
        GatewayReport report = new(context.Target, client.Hello, context.Clock.GetElapsedTime(start));
        List<(string Method, JsonElement Answer, CliException? Failure)> answers = [];
        foreach (string method in (string[])["health", "status", "system-presence", "config.get"])
        {
            try
            {
                answers.Add((method, await client.CallAsync(method, null, context.Timeout, cancellationToken), null));
            }
            catch (CliException e) when (e.Exit is ExitCode.Failed or ExitCode.Unauthorized)
            {
                answers.Add((method, default, e));
            }
        }

        bool degraded = answers.Any(answer => answer.Failure is not null);
        string capability = client.Hello.Member("auth").Items("scopes").Any() ? "connected" : "connected_no_operator_scope";
        if (context.Json)
        {
            context.Print(writer => Write(writer, report, answers, degraded, capability));
            return (int)ExitCode.Ok;
        }

        report.Say(context);
        context.Say($"  may       {(degraded ? context.Paint.Warn("connect, but not read everything") : "read")}");
        foreach ((string method, _, CliException? failure) in answers)
        {
            context.Say(failure is null
                ? $"  {context.Paint.Good("✓")} {method}"
                : $"  {context.Paint.Bad("✗")} {method}: {TextLayout.OneLine(failure.Message)}");
        }

        return (int)ExitCode.Ok;
    }

    private static void Write(
        Utf8JsonWriter writer,
        GatewayReport report,
        List<(string Method, JsonElement Answer, CliException? Failure)> answers,
        bool degraded,
        string capability)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("ok"u8, true);
        writer.WriteBoolean("degraded"u8, degraded);
        writer.WriteString("capability"u8, capability);
        report.Write(writer);
        foreach ((string method, JsonElement answer, CliException? failure) in answers)
        {
            // config.get holds the whole configuration: a probe tells only that it may be read
            if (failure is null && method != "config.get" && answer.ValueKind != JsonValueKind.Undefined)
            {
                writer.WritePropertyName(method == "system-presence" ? "presence" : method);
                answer.WriteTo(writer);
            }
        }

        writer.WriteStartArray("errors"u8);
        foreach ((string method, _, CliException? failure) in answers)
        {
            if (failure is not null)
            {
                writer.WriteStartObject();
                writer.WriteString("method"u8, method);
                writer.WriteString("message"u8, failure.Message);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
