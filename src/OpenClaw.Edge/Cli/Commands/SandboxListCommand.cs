using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sandbox list</c>.</summary>
internal static class SandboxListCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<bool> browser = new("--browser") { Description = "Browser containers only" };
        return new Command("list", "List containers of sandboxes, newest first") { browser }.Does(shared, world, (context, cancellationToken) =>
            SandboxCommands.WithAsync(context, sandboxes => RunAsync(context, sandboxes, context.Parsed.GetValue(browser), cancellationToken)));
    }

    /// <summary>Writes a container as the original does.</summary>
    internal static void Write(Utf8JsonWriter writer, SandboxRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("containerName"u8, row.Name);
        writer.WriteString("backendId"u8, "docker");
        writer.WriteString("sessionKey"u8, row.ScopeKey);
        writer.WriteNumber("createdAtMs"u8, row.CreatedAt.ToUnixTimeMilliseconds());
        writer.WriteNumber("lastUsedAtMs"u8, row.LastUsedAt.ToUnixTimeMilliseconds());
        writer.WriteString("image"u8, row.Image);
        writer.WriteBoolean("running"u8, row.IsRunning);
        writer.WriteBoolean("imageMatch"u8, row.ImageMatches);
        if (row.Outdated is { } why)
        {
            writer.WriteString("outdated"u8, why);
        }

        writer.WriteEndObject();
    }

    // No browser containers are made yet: their list is empty, and so is what --browser chooses.
    private static async Task<int> RunAsync(CliContext context, SandboxInspector sandboxes, bool browser, CancellationToken cancellationToken)
    {
        bool none = context.Config.Config.Agents.Defaults.Sandbox.Backend == "bubblewrap" || browser;
        IReadOnlyList<SandboxRow> rows = none ? [] : await sandboxes.ListAsync(cancellationToken);
        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartArray("containers"u8);
                foreach (SandboxRow row in rows)
                {
                    Write(writer, row);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("browsers"u8);
                writer.WriteEndArray();
                writer.WriteEndObject();
            });
            return (int)ExitCode.Ok;
        }

        if (rows.Count == 0)
        {
            context.Say("no sandbox containers; the first sandboxed command makes one");
            return (int)ExitCode.Ok;
        }

        TextTable table = new("NAME", "SCOPE", "STATE", "IMAGE", "AGE", "IDLE");
        DateTimeOffset now = context.Clock.GetUtcNow();
        foreach (SandboxRow row in rows)
        {
            table.Add(
                row.Name,
                row.ScopeKey,
                row.IsRunning ? "running" : "stopped",
                row.ImageMatches ? row.Image : row.Image + " (not the configured one)",
                HumanText.Duration(now - row.CreatedAt),
                HumanText.Duration(now - row.LastUsedAt) + (row.Outdated is null ? "" : $" ({row.Outdated})"));
        }

        table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
        return (int)ExitCode.Ok;
    }
}
