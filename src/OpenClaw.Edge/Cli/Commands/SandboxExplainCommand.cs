using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sandbox explain</c>: what holds for a session and why. The JSON has the original's members, and
/// <c>edge</c> beside them.</summary>
internal static class SandboxExplainCommand
{
    private static readonly string[] s_fixes =
    [
        "agents.defaults.sandbox.mode=off", "agents.entries.*.sandbox.mode=off", "tools.sandbox.tools.allow", "tools.sandbox.tools.alsoAllow",
        "tools.sandbox.tools.deny", "agents.entries.*.tools.sandbox.tools.allow", "agents.entries.*.tools.sandbox.tools.alsoAllow",
        "agents.entries.*.tools.sandbox.tools.deny",
    ];

    public static Command Create(CliOptions shared, CliWorld world)
    {
        (Option<string?> session, Option<string?> agent) = SandboxCommands.Who();
        return new Command("explain", "Show what holds for a session's commands, and why") { session, agent }.Does(
            shared, world, (context, cancellationToken) => SandboxCommands.WithAsync(context, async sandboxes =>
            {
                SandboxScope scope = SandboxCommands.Find(context, context.Parsed.GetValue(session), context.Parsed.GetValue(agent));
                SandboxReport report = await sandboxes.ExplainAsync(scope, cancellationToken);
                if (context.Json)
                {
                    context.Print(writer => Write(writer, context, scope, report));
                }
                else
                {
                    Say(context, scope, report);
                }

                return (int)ExitCode.Ok;
            }));
    }

    private static void Say(CliContext context, SandboxScope scope, SandboxReport report)
    {
        SandboxConfig settings = report.Settings;
        context.Say($"{scope.SessionKey}: commands run {(report.IsSandboxed ? "in a sandbox" : "on this machine")}, because {Why(settings, scope)}");
        if (!report.IsSandboxed)
        {
            context.Say("if they ran in a sandbox:");
        }

        context.Say($"  scope      {settings.Scope}{(report.Name is null ? "" : ": " + report.Name)}");
        context.Say($"  backend    {report.Backend}{(report.Backend == settings.Backend ? "" : $" (configured: {settings.Backend})")}{(report.Engine is null ? "" : ", " + report.Engine)}");
        foreach ((string host, string inside, bool writable, string source) in report.Mounts)
        {
            context.Say($"  {source,-9}  {inside} is {host}{(writable ? "" : ", read-only")}");
        }

        if (settings.BrowserEnabled)
        {
            context.Say("  browser    none: this version starts no browser container (sandbox.browser)");
        }

        Tools(context, scope, settings);
        (bool open, IReadOnlyList<string> channels, string level) = Elevated(context, scope);
        context.Say(!open ? "  elevated   off (tools.elevated.enabled)"
            : channels.Count == 0 ? "  elevated   nobody (tools.elevated.allowFrom)"
            : $"  elevated   those of tools.elevated.allowFrom.{string.Join(", ", channels)}: their commands {(level == "off" ? "may leave the sandbox" : "leave the sandbox")}");
        foreach (SandboxWall wall in report.Walls)
        {
            string mark = wall.State switch
            {
                SandboxWallState.Enforced => context.Paint.Good("holds "),
                SandboxWallState.Partly => context.Paint.Warn("partly"),
                _ => context.Paint.Bad("off   "),
            };
            context.Say($"  {new string('*', wall.Stars),-3} {mark} {wall.Name}: {wall.Detail}");
        }

        if (report.Problem is not null)
        {
            context.Say(context.Paint.Bad($"a sandboxed command would be refused now: {report.Problem}"));
            context.Say(context.Paint.Accent($"  {report.Fix}"));
        }
    }

    private static string Why(SandboxConfig settings, SandboxScope scope) => settings.Mode switch
    {
        "off" => "sandbox.mode is off",
        "all" => "sandbox.mode is all",
        _ => $"sandbox.mode is non-main and this is {(scope.IsMain ? "the main" : "not the main")} session",
    };

    private static void Tools(CliContext context, SandboxScope scope, SandboxConfig settings)
    {
        (IReadOnlyList<string> allow, string allowedBy, IReadOnlyList<string> deny, string deniedBy) = Lists(context, scope, settings);
        context.Say($"  tools      {string.Join(", ", allow)} ({allowedBy})");
        context.Say($"  no tools   {string.Join(", ", deny)} ({deniedBy})");
    }

    private static (IReadOnlyList<string> Allow, string AllowedBy, IReadOnlyList<string> Deny, string DeniedBy) Lists(
        CliContext context, SandboxScope scope, SandboxConfig settings)
    {
        ToolsConfig? own = context.Config.Config.Agents.Find(scope.AgentId)?.Tools;
        (IReadOnlyList<string> allow, string allowedBy) = SandboxToolLists.Allow(own, settings, context.Config.Config.Tools);
        (IReadOnlyList<string> deny, string deniedBy) = SandboxToolLists.Deny(own, settings, context.Config.Config.Tools);
        return (allow, allowedBy, deny, deniedBy);
    }

    private static void Write(Utf8JsonWriter writer, CliContext context, SandboxScope scope, SandboxReport report)
    {
        SandboxConfig settings = report.Settings;
        writer.WriteStartObject();
        writer.WriteString("agentId"u8, scope.AgentId);
        writer.WriteString("sessionKey"u8, scope.SessionKey);
        writer.WriteString("mainSessionKey"u8, $"agent:{scope.AgentId}:main");
        writer.WriteStartObject("sandbox"u8);
        writer.WriteString("mode"u8, settings.Mode);
        writer.WriteString("scope"u8, settings.Scope);
        writer.WriteString("backend"u8, report.Backend);
        writer.WriteString("workspaceAccess"u8, settings.WorkspaceAccess);
        writer.WriteString("workspaceRoot"u8, settings.WorkspaceRoot ?? Path.Combine(context.Paths.StateDir, "sandboxes"));
        if (report.HostWorkspace is { } workspace)
        {
            writer.WriteString("effectiveHostWorkspaceRoot"u8, workspace);
        }

        writer.WriteString("runtimeWorkdir"u8, settings.Docker.Workdir);
        WriteMounts(writer, report);
        writer.WriteString("workspaceSource"u8, settings.WorkspaceAccess == "rw" ? "agent" : "sandbox");
        writer.WriteBoolean("sessionIsSandboxed"u8, report.IsSandboxed);
        WriteTools(writer, Lists(context, scope, settings));
        writer.WriteEndObject();
        WriteElevated(writer, Elevated(context, scope));
        writer.WriteTexts("fixIt", s_fixes);
        WriteEdge(writer, report);
        writer.WriteEndObject();
    }

    // Both the gate of all and the agent's own must be open; who is behind a message is known when it comes.
    private static (bool Enabled, IReadOnlyList<string> Channels, string Level) Elevated(CliContext context, SandboxScope scope)
    {
        ElevatedConfig all = context.Config.Config.Tools.Elevated;
        ElevatedConfig? own = context.Config.Config.Agents.Find(scope.AgentId)?.Tools?.Elevated;
        IEnumerable<string> channels = all.AllowFrom.Where(list => list.Value.Count > 0).Select(list => list.Key);
        return (
            all.Enabled && own?.Enabled != false,
            [.. own is { AllowFrom.Count: > 0 } ? channels.Where(own.AllowFrom.ContainsKey) : channels],
            context.Config.Config.Agents.Defaults.ElevatedDefault);
    }

    private static void WriteElevated(Utf8JsonWriter writer, (bool Enabled, IReadOnlyList<string> Channels, string Level) elevated)
    {
        writer.WriteStartObject("elevated"u8);
        writer.WriteBoolean("enabled"u8, elevated.Enabled);
        writer.WriteBoolean("allowedByConfig"u8, elevated is { Enabled: true, Channels.Count: > 0 });
        writer.WriteString("defaultLevel"u8, elevated.Level);
        writer.WriteStartArray("failures"u8);
        foreach ((string gate, string key, bool closed) in ((string, string, bool)[])
            [("enabled", "tools.elevated.enabled", !elevated.Enabled), ("allowFrom", "tools.elevated.allowFrom", elevated.Channels.Count == 0)])
        {
            if (closed)
            {
                writer.WriteStartObject();
                writer.WriteString("gate"u8, gate);
                writer.WriteString("key"u8, key);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteMounts(Utf8JsonWriter writer, SandboxReport report)
    {
        writer.WriteStartArray("workspaceMounts"u8);
        foreach ((string host, string inside, bool writable, string source) in report.Mounts)
        {
            writer.WriteStartObject();
            writer.WriteString("hostRoot"u8, host);
            writer.WriteString("containerRoot"u8, inside);
            writer.WriteBoolean("writable"u8, writable);
            writer.WriteString("source"u8, source);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteTools(
        Utf8JsonWriter writer, (IReadOnlyList<string> Allow, string AllowedBy, IReadOnlyList<string> Deny, string DeniedBy) lists)
    {
        writer.WriteStartObject("tools"u8);
        writer.WriteTexts("allow", lists.Allow);
        writer.WriteTexts("deny", lists.Deny);
        writer.WriteStartObject("sources"u8);
        foreach ((string name, string source) in ((string, string)[])[("allow", lists.AllowedBy), ("deny", lists.DeniedBy)])
        {
            writer.WriteStartObject(name);
            writer.WriteString("source"u8, source == "default" ? "default" : source.StartsWith("agents.list", StringComparison.Ordinal) ? "agent" : "global");
            writer.WriteString("key"u8, source == "default" ? "tools.sandbox.tools." + name : source);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteEdge(Utf8JsonWriter writer, SandboxReport report)
    {
        writer.WriteStartObject("edge"u8);
        writer.WriteBoolean("ready"u8, report.Problem is null);
        foreach ((string name, string? text) in ((string, string?)[])[("name", report.Name), ("engine", report.Engine), ("problem", report.Problem), ("fix", report.Fix)])
        {
            if (text is not null)
            {
                writer.WriteString(name, text);
            }
        }

        writer.WriteStartArray("protections"u8);
        foreach (SandboxWall wall in report.Walls)
        {
            writer.WriteStartObject();
            writer.WriteNumber("stars"u8, wall.Stars);
            writer.WriteString("name"u8, wall.Name);
            writer.WriteString("state"u8, wall.State switch { SandboxWallState.Enforced => "enforced", SandboxWallState.Partly => "partly", _ => "off" });
            writer.WriteString("detail"u8, wall.Detail);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
