using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw system</c>: notes for agents, heartbeats, who is here.</summary>
internal static class SystemCommand
{
    public static Command Create(CliOptions shared, CliWorld world) => new Command("system", "Notes for agents, heartbeats, who is here")
    {
        Event(shared, world),
        new Command("heartbeat", "See the last heartbeat, or switch them on and off")
        {
            Prints("last", "Print how the last heartbeat ended", "last-heartbeat", GatewayScopes.Read, null, shared, world),
            Prints("enable", "Switch heartbeats on", "set-heartbeats", GatewayScopes.Admin, true, shared, world),
            Prints("disable", "Switch heartbeats off until the next start", "set-heartbeats", GatewayScopes.Admin, false, shared, world),
        }.ShowsHelp(world),
        Prints("presence", "Print who is connected", "system-presence", GatewayScopes.Read, null, shared, world),
    }.ShowsHelp(world);

    private static Command Event(CliOptions shared, CliWorld world)
    {
        Option<string> text = new("--text") { Description = "The note", HelpName = "text", Required = true };
        Option<string> mode = new("--mode") { Description = "now or next-heartbeat", DefaultValueFactory = _ => "next-heartbeat" };
        mode.AcceptOnlyFromAmong("now", "next-heartbeat");
        Option<string?> session = new("--session-key") { Description = "Session that is told; the main one when left out", HelpName = "key" };
        return new Command("event", "Leave a note for an agent, and wake it if wanted") { text, mode, session }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                JsonElement answer = await context.CallAsync("wake", GatewayScopes.Write, cancellationToken, writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("mode"u8, context.Parsed.GetRequiredValue(mode));
                    writer.WriteString("text"u8, context.Parsed.GetRequiredValue(text));
                    if (context.Parsed.GetValue(session) is { } key)
                    {
                        writer.WriteString("sessionKey"u8, key);
                    }

                    writer.WriteEndObject();
                });
                if (context.Json)
                {
                    context.Print(answer);
                }
                else
                {
                    context.Say(answer.Flag("ok") ? "ok" : "nothing to say: the note is empty");
                }

                return (int)(answer.Flag("ok") ? ExitCode.Ok : ExitCode.Failed);
            });
    }

    private static Command Prints(
        string name, string description, string method, IReadOnlyList<string> scopes, bool? enabled, CliOptions shared, CliWorld world) =>
        new Command(name, description).Does(shared, world, async (context, cancellationToken) =>
        {
            context.Print(await context.CallAsync(method, scopes, cancellationToken, writer =>
            {
                writer.WriteStartObject();
                if (enabled is { } on)
                {
                    writer.WriteBoolean("enabled"u8, on);
                }

                writer.WriteEndObject();
            }));
            return (int)ExitCode.Ok;
        });
}
