using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw gateway status</c>: where this machine's gateway is configured, what systemd says of it, and whether it answers.</summary>
internal static class GatewayStatusCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<bool> noProbe = new("--no-probe") { Description = "Do not connect" };
        Command command = new("status", "Show where the gateway is and whether it answers")
        {
            noProbe,
            new Option<bool>("--deep") { Hidden = true },
            new Option<bool>("--require-rpc") { Hidden = true },
        };
        return command.Does(shared, world, (context, cancellationToken) =>
            RunAsync(context, !context.Parsed.GetValue(noProbe), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, bool probe, CancellationToken cancellationToken)
    {
        GatewayReport? report = null;
        CliException? failure = null;
        if (probe)
        {
            try
            {
                long start = context.Clock.GetTimestamp();
                await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
                report = new GatewayReport(context.Target, client.Hello, context.Clock.GetElapsedTime(start));
            }
            catch (CliException e) when (e.Exit is ExitCode.Unreachable or ExitCode.Unauthorized)
            {
                failure = e;
            }
        }

        string why = "";
        using GatewayUnit? unit = context.IsLocal ? GatewayUnit.Find(context, out why) : null;
        if (context.Json)
        {
            context.Print(writer => Write(writer, context, report, failure, probe, unit, why));
        }
        else
        {
            Say(context, report, failure, unit, why);
        }

        return (int)(failure?.Exit ?? ExitCode.Ok);
    }

    private static void Write(
        Utf8JsonWriter writer, CliContext context, GatewayReport? report, CliException? failure, bool probe, GatewayUnit? unit, string why)
    {
        ConfigSnapshot config = context.Config;
        writer.WriteStartObject();
        writer.WriteBoolean("ok"u8, failure is null);
        writer.WriteStartObject("config"u8);
        writer.WriteString("path"u8, config.Path);
        writer.WriteBoolean("exists"u8, config.Exists);
        writer.WriteBoolean("valid"u8, config.Valid);
        writer.WriteEndObject();
        writer.WriteString("stateDir"u8, context.Paths.StateDir);
        if (report is not null)
        {
            report.Write(writer);
        }
        else
        {
            writer.WriteStartObject("gateway"u8);
            writer.WriteNumber("port"u8, context.IsLocal ? context.LocalPort : context.Target.Uri.Port);
            if (probe)
            {
                writer.WriteString("url"u8, context.Target.Display);
                writer.WriteBoolean("reachable"u8, failure?.Exit == ExitCode.Unauthorized);
            }

            writer.WriteEndObject();
        }

        if (probe)
        {
            writer.WriteStartObject("rpc"u8);
            writer.WriteBoolean("ok"u8, failure is null);
            writer.WriteString("url"u8, context.Target.Display);
            writer.WriteEndObject();
        }

        if (context.IsLocal)
        {
            GatewayUnit.Write(writer, unit, why);
        }

        if (failure is not null)
        {
            writer.WriteStartObject("error"u8);
            writer.WriteString("type"u8, failure.Kind);
            writer.WriteString("message"u8, failure.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Say(CliContext context, GatewayReport? report, CliException? failure, GatewayUnit? unit, string why)
    {
        report?.Say(context);
        unit?.Say(context);
        if (unit is null && context.IsLocal)
        {
            context.Say("  service   none: " + TextLayout.OneLine(why));
        }

        ConfigSnapshot config = context.Config;
        string state = !config.Exists ? " (not there: defaults)" : config.Valid ? "" : " (invalid: 'openclaw config validate')";
        context.Say($"  config    {config.Path}{state}");
        context.Say($"  state     {context.Paths.StateDir}");
        context.Say($"  logs      {context.Paths.LogDir}");
        if (failure is not null)
        {
            context.Note($"{context.ErrorPaint.Bad("○")} {TextLayout.OneLine(failure.Message)}");
        }
    }
}
