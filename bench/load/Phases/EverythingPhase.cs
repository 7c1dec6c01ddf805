using System.Globalization;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Mcp;

namespace OpenClaw.Edge.Load.Phases;

/// <summary>Memory of a gateway that has all of it: four agents with bindings, a thousand notes with vectors, thirty skills, twenty jobs,
/// webhooks, an MCP server, a hundred conversations. Once after a start, and once after all of it was used and rests again.</summary>
internal static class EverythingPhase
{
    private const int Sessions = 100;
    private const int Notes = 1000;
    private static readonly string[] s_agents = ["main", "garden", "kids", "work"];

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        using TempDir programs = new();
        ScriptedMcpProgram server = ScriptedMcpProgram.Write(programs, ScriptedMcpProgram.Tool("weather"), ScriptedMcpProgram.OnCall("weather", "text 'rain all day'"));
        Furnish(gateway.Home, server, programs);
        await gateway.StartAsync();
        await UseAsync(gateway);
        await gateway.StopAsync();

        await gateway.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(options.Quick ? 8 : 30));
        Tell(report, gateway, "everything configured");
        await TellCpuAsync(options, report, gateway);

        int starts = server.Pids.Count;
        await UseAsync(gateway);
        string rested = await RestAsync(server, starts);
        await Task.Delay(TimeSpan.FromSeconds(options.Quick ? 8 : 60));
        Tell(report, gateway, "everything used", $"{Sessions} turns, index, searches, {rested}");
        await TellCpuAsync(options, report, gateway);
    }

    private static void Furnish(GatewayHome home, ScriptedMcpProgram server, TempDir programs)
    {
        home.WriteConfig(
            $$"""
            logging: { level: "warn" },
            memory: { search: { provider: "lab", model: "nomic-embed-text:latest" } },
            mcp: { sessionIdleTtlMs: 5000, servers: { sky: { command: '{{server.Path}}' } } },
            hooks: { enabled: true, token: "hook-5d41402abc4b2a76b9719d911017c592" },
            session: { reset: { mode: "daily" }, maintenance: { resetArchiveRetention: "30d" } },
            bindings: [{ agentId: "garden", match: { channel: "http" } }, { agentId: "kids", match: { channel: "hook" } }],
            """);
        string text = File.ReadAllText(home.ConfigPath);
        string list = string.Join(", ", s_agents.Select(agent => $"{{ id: \"{agent}\", workspace: \"{programs.PathOf(agent)}\" }}"));
        home.WriteRawConfig(text.Replace("agents: { defaults:", $"agents: {{ list: [{list}], defaults:", StringComparison.Ordinal));
        foreach (string agent in s_agents)
        {
            for (int i = 0; i < Notes / s_agents.Length; i++)
            {
                programs.Write($"{agent}/memory/note-{i}.md", $"# Note {i} of {agent}\nThe {Words(i)} stands beside the {Words(i + 7)}, since {1900 + (i % 120)}.\n");
            }

            for (int i = 0; i < 30 && agent == "main"; i++)
            {
                programs.Write($"{agent}/skills/skill-{i}/SKILL.md", $"---\nname: skill-{i}\ndescription: How to mend the {Words(i)}.\n---\n# Mend\nLook at it first.\n");
            }
        }
    }

    private static async Task UseAsync(GatewayUnderTest gateway)
    {
        await using GatewayTestClient client = await GatewayTestClient.ConnectAsync(gateway.BaseUri, gateway.Token);
        for (int i = 0; i < Sessions; i++)
        {
            string session = i == 0 ? "main" : $"agent:{s_agents[i % s_agents.Length]}:talk-{i}";
            await client.ChatAsync(session, string.Create(CultureInfo.InvariantCulture, $"what of the {Words(i)}?"));
        }

        for (int i = 0; i < 20; i++)
        {
            if ((await client.CallAsync("cron.list", "{}")).GetProperty("jobs").GetArrayLength() < 20)
            {
                await client.CallAsync("cron.add", $$$"""{"name":"job {{{i}}}","schedule":{"kind":"every","everyMs":86400000},"sessionTarget":"main","wakeMode":"now","payload":{"kind":"systemEvent","text":"look"}}""");
            }

            await client.CallAsync("memory.search", $$"""{"query":"{{Words(i)}}","agentId":"{{s_agents[i % s_agents.Length]}}"}""");
        }

        await client.CallAsync("tools.catalog", "{}");
        await client.CallAsync("skills.status", "{}");
        await client.CallAsync("usage.cost", "{}");
        await Eventually.IsAsync(() => client.CallAsync("edge.memory.status", "{}"), IsIndexed, "the notes are indexed", TimeSpan.FromMinutes(2));
    }

    private static bool IsIndexed(System.Text.Json.JsonElement status) => status.GetProperty("agents").EnumerateArray()
        .All(agent => agent.GetProperty("files").GetInt32() >= Notes / s_agents.Length && agent.GetProperty("embedded").GetInt32() >= Notes / s_agents.Length);

    private static async Task<string> RestAsync(ScriptedMcpProgram server, int startsBefore)
    {
        bool used = server.Pids.Count > startsBefore;
        if (used)
        {
            await Eventually.HoldsAsync(() => !server.IsRunning, "the MCP server rests");
        }

        return used ? "the MCP server started and stopped" : "the MCP server not needed";
    }

    private static void Tell(Report report, GatewayUnderTest gateway, string what, string note = "")
    {
        ProcessFigures memory = gateway.Memory();
        report.Add(new Figure($"idle RSS, {what}", memory.RssKb / 1024.0, "MB", Note: note));
        report.Add(new Figure($"idle PSS, {what}", memory.PssKb / 1024.0, "MB", 28));
        report.Add(new Figure($"idle private dirty, {what}", memory.PrivateDirtyKb / 1024.0, "MB", 14));
    }

    private static async Task TellCpuAsync(LoadOptions options, Report report, GatewayUnderTest gateway)
    {
        double before = ProcessFigures.CpuSeconds(gateway.Pid);
        TimeSpan watched = TimeSpan.FromSeconds(options.Quick ? 5 : 60);
        await Task.Delay(watched);
        double used = (ProcessFigures.CpuSeconds(gateway.Pid) - before) / watched.TotalSeconds * 100;
        report.Add(new Figure("idle CPU with it", used, "% of a core", options.Quick ? null : 0.1, Note: $"over {watched.TotalSeconds} s"));
    }

    private static string Words(int i) => ((string[])["kettle", "lamp", "gate", "well", "roof", "boat", "oven", "clock", "bridge", "garden"])[i % 10];
}
