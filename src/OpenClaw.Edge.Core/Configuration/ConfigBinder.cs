using System.Collections.ObjectModel;
using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>Makes the records of a checked tree. Defaults come from the records themselves.</summary>
internal static partial class ConfigBinder
{
    public static EdgeConfig Bind(ConfigNode root)
    {
        var all = new ConfigSection(root);
        MemorySearchConfig memory = BindMemorySearch(all.Section("memory").Section("search"), new MemorySearchConfig());
        ToolsConfig tools = BindTools(all.Section("tools"), all.Section("plugins").Section("entries"), new ExecConfig());
        return new EdgeConfig
        {
            Gateway = BindGateway(all.Section("gateway"), all.Section("commands")),
            Usage = new UsageConfig
            {
                Day = BindLimit(all.Section("usage").Section("limits").Section("day")),
                Session = BindLimit(all.Section("usage").Section("limits").Section("session")),
            },
            Models = BindModels(all.Section("models")),
            Agents = BindAgents(all.Section("agents"), memory, tools.Exec),
            Messages = BindMessages(all.Section("messages")),
            Session = BindSession(all.Section("session"), root.Find("session.maintenance")),
            Tools = tools,
            Logging = BindLogging(all.Section("logging")),
            Discovery = new DiscoveryConfig { MdnsMode = all.Section("discovery").Section("mdns").Text("mode") },
            Cron = BindCron(all.Section("cron"), root.Find("cron")),
            Channels = BindChannels(all.Section("channels")),
            Skills = BindSkills(all.Section("skills")),
            Bindings = [.. all.Items("bindings").Select(item => BindBinding(new ConfigSection(item))).OfType<BindingConfig>()],
            Memory = new MemoryConfig { Search = memory },
            Hooks = BindHooks(all.Section("hooks")),
            Mcp = BindMcp(all.Section("mcp")),
            Diagnostics = new DiagnosticsConfig { Enabled = all.Section("diagnostics").Flag("enabled", true) },
            Probes = new ProbesConfig { ModelsBlockReady = all.Section("probes").Flag("modelsBlockReady", true) },
        };
    }

    private static MessagesConfig BindMessages(ConfigSection section)
    {
        var d = new QueueConfig();
        ConfigSection queue = section.Section("queue");
        return new MessagesConfig
        {
            Queue = new QueueConfig
            {
                Mode = queue.Text("mode", d.Mode),
                Cap = queue.Whole("cap", d.Cap),
                Drop = queue.Text("drop", d.Drop),
                DebounceMs = queue.Whole("debounceMs", d.DebounceMs),
                ByChannel = queue.TextMap("byChannel"),
            },
        };
    }

    private static LoggingConfig BindLogging(ConfigSection section)
    {
        var d = new LoggingConfig();
        return new LoggingConfig
        {
            Level = section.Text("level", d.Level),
            File = section.Text("file"),
            ConsoleStyle = section.Text("consoleStyle", d.ConsoleStyle),
        };
    }

    private static CronConfig BindCron(ConfigSection section, ConfigNode? node)
    {
        var d = new CronConfig();
        return new CronConfig
        {
            Enabled = section.Flag("enabled", d.Enabled),
            MaxConcurrentRuns = section.Whole("maxConcurrentRuns", d.MaxConcurrentRuns),
            SkipMissedJobs = section.Flag("skipMissedJobs", d.SkipMissedJobs),
            TriggersEnabled = section.Section("triggers").Flag("enabled", d.TriggersEnabled),
            WebhookToken = section.Text("webhookToken"),
            FailureAlert = section.Raw("failureAlert") is { ValueKind: JsonValueKind.Object } alert ? alert : null,
            SessionRetention = Days(node, "sessionRetention", d.SessionRetention),
        };
    }

    private static IReadOnlyDictionary<string, JsonElement> BindChannels(ConfigSection section) =>
        section.Members.Count == 0
            ? ReadOnlyDictionary<string, JsonElement>.Empty
            : section.Members.ToDictionary(member => member.Key, member => member.Value.ToElement(), StringComparer.Ordinal);

    private static HooksConfig BindHooks(ConfigSection section)
    {
        var d = new HooksConfig();
        return new HooksConfig
        {
            Enabled = section.Flag("enabled", d.Enabled),
            Token = section.Text("token"),
            Path = section.Text("path", d.Path),
            Mappings = section.Raw("mappings"),
            Presets = section.Texts("presets"),
            AllowedAgentIds = section.TextsOrNull("allowedAgentIds"),
            DefaultSessionKey = section.Text("defaultSessionKey"),
            AllowRequestSessionKey = section.Flag("allowRequestSessionKey", false),
            AllowedSessionKeyPrefixes = [.. section.Texts("allowedSessionKeyPrefixes").Select(prefix => prefix.Trim()).Where(prefix => prefix.Length > 0)],
        };
    }
}
