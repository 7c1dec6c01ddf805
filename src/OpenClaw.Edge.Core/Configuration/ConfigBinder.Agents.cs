using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <content>The <c>agents</c> and <c>tools</c> sections.</content>
internal static partial class ConfigBinder
{
    private static AgentsConfig BindAgents(ConfigSection section, MemorySearchConfig memory, ExecConfig exec)
    {
        AgentDefaultsConfig defaults = BindDefaults(section.Section("defaults"));
        return new AgentsConfig
        {
            Defaults = defaults,
            List = [.. section.Items("list").Select(item => BindAgent(new ConfigSection(item), defaults, memory, exec))],
        };
    }

    private static AgentDefaultsConfig BindDefaults(ConfigSection section)
    {
        var d = new AgentDefaultsConfig();
        return new AgentDefaultsConfig
        {
            Model = BindChoice(section.Section("model")) ?? d.Model,
            Models = BindEntries(section.Section("models")),
            ImageModel = BindChoice(section.Section("imageModel")),
            Workspace = section.Text("workspace"),
            RepoRoot = section.Text("repoRoot"),
            SkipBootstrap = section.Flag("skipBootstrap", d.SkipBootstrap),
            BootstrapMaxChars = section.Whole("bootstrapMaxChars"),
            BootstrapTotalMaxChars = section.Whole("bootstrapTotalMaxChars"),
            TimeoutSeconds = section.Whole("timeoutSeconds", d.TimeoutSeconds),
            MaxConcurrent = section.Whole("maxConcurrent"),
            MaxToolRounds = section.Whole("maxToolRounds", d.MaxToolRounds),
            ThinkingDefault = section.Text("thinkingDefault"),
            ElevatedDefault = section.Text("elevatedDefault", d.ElevatedDefault),
            ContextTokens = section.Whole("contextTokens"),
            MediaMaxMb = section.Whole("mediaMaxMb", d.MediaMaxMb),
            UserTimezone = section.Text("userTimezone"),
            Compaction = BindCompaction(section.Section("compaction")),
            Heartbeat = BindHeartbeat(section.Section("heartbeat"), d.Heartbeat),
            Sandbox = BindSandbox(section.Section("sandbox"), d.Sandbox),
            Subagents = section.Raw("subagents"),
            Skills = section.TextsOrNull("skills"),
            ContextPruning = BindPruning(section.Section("contextPruning")),
            Params = section.Raw("params"),
        };
    }

    private static AgentConfig BindAgent(ConfigSection section, AgentDefaultsConfig defaults, MemorySearchConfig memory, ExecConfig exec)
    {
        ConfigSection identity = section.Section("identity");
        return new AgentConfig
        {
            Id = section.Text("id", "").ToLowerInvariant(),
            Name = section.Text("name"),
            Default = section.Flag("default", false),
            Workspace = section.Text("workspace"),
            Model = BindChoice(section.Section("model")),
            Identity = new IdentityConfig
            {
                Name = identity.Text("name"),
                Emoji = identity.Text("emoji"),
                Avatar = identity.Text("avatar"),
            },
            ThinkingDefault = section.Text("thinkingDefault"),
            Tools = section.Has("tools") ? BindTools(section.Section("tools"), default, exec) : null,
            Sandbox = section.Has("sandbox") ? BindSandbox(section.Section("sandbox"), defaults.Sandbox, own: true) : null,
            Heartbeat = section.Has("heartbeat") ? BindHeartbeat(section.Section("heartbeat"), defaults.Heartbeat) : null,
            Skills = section.TextsOrNull("skills"),
            MemorySearch = section.Section("memory").Has("search") ? BindMemorySearch(section.Section("memory").Section("search"), memory) : null,
            Params = section.Raw("params"),
            Subagents = section.Raw("subagents"),
        };
    }

    private static BindingConfig? BindBinding(ConfigSection section)
    {
        ConfigSection match = section.Section("match");
        ConfigSection peer = match.Section("peer");
        if (section.Text("agentId") is not { } agentId || match.Text("channel") is not { } channel || section.Text("type") == "acp")
        {
            return null;
        }

        return new BindingConfig
        {
            AgentId = agentId.Trim().ToLowerInvariant(),
            Channel = channel.Trim().ToLowerInvariant(),
            AccountId = match.Text("accountId")?.Trim(),
            PeerKind = peer.Text("id") is null ? null : peer.Text("kind", "direct") is "dm" ? "direct" : peer.Text("kind", "direct"),
            PeerId = peer.Text("id")?.Trim(),
            GuildId = match.Text("guildId"),
            TeamId = match.Text("teamId"),
            Roles = match.Texts("roles"),
        };
    }

    private static ModelChoiceConfig? BindChoice(ConfigSection section) => !section.Exists ? null : new ModelChoiceConfig
    {
        Primary = section.Text("primary"),
        Fallbacks = section.Texts("fallbacks"),
    };

    private static IReadOnlyDictionary<string, ModelEntryConfig> BindEntries(ConfigSection section)
    {
        var entries = new OrderedDictionary<string, ModelEntryConfig>(StringComparer.Ordinal);
        foreach ((string reference, ConfigNode node) in section.Members)
        {
            var entry = new ConfigSection(node);
            entries[reference] = new ModelEntryConfig { Alias = entry.Text("alias"), Params = entry.Raw("params") };
        }
        return entries.Count == 0 ? ReadOnlyDictionary<string, ModelEntryConfig>.Empty : entries;
    }

    private static CompactionConfig BindCompaction(ConfigSection section)
    {
        var d = new CompactionConfig();
        ConfigSection flush = section.Section("memoryFlush");
        return new CompactionConfig
        {
            Enabled = section.Flag("enabled", d.Enabled),
            ReserveTokens = section.Whole("reserveTokens"),
            KeepRecentTokens = section.Whole("keepRecentTokens"),
            Model = section.Text("model"),
            TimeoutSeconds = section.Whole("timeoutSeconds", d.TimeoutSeconds),
            MemoryFlush = flush.Flag("enabled", d.MemoryFlush),
            MemoryFlushSoftThresholdTokens = flush.Whole("softThresholdTokens", d.MemoryFlushSoftThresholdTokens),
        };
    }

    private static ContextPruningConfig BindPruning(ConfigSection section)
    {
        var d = new ContextPruningConfig();
        ConfigSection tools = section.Section("tools");
        ConfigSection hard = section.Section("hardClear");
        return new ContextPruningConfig
        {
            Mode = section.Text("mode", d.Mode),
            Ttl = section.Span("ttl") ?? d.Ttl,
            Allow = tools.Texts("allow"),
            Deny = tools.Texts("deny"),
            HardClear = hard.Flag("enabled", d.HardClear),
            Placeholder = hard.Text("placeholder", d.Placeholder),
        };
    }

    private static UsageLimitConfig BindLimit(ConfigSection section) => new()
    {
        Tokens = section.Whole("tokens"),
        CostUsd = section.Real("costUsd"),
        CpuSeconds = section.Real("cpuSeconds"),
    };

    private static HeartbeatConfig BindHeartbeat(ConfigSection section, HeartbeatConfig d)
    {
        ConfigSection hours = section.Section("activeHours");
        return new HeartbeatConfig
        {
            Every = section.Span("every") ?? d.Every,
            Target = section.Text("target", d.Target),
            Prompt = section.Text("prompt") ?? d.Prompt,
            Model = section.Text("model") ?? d.Model,
            Session = section.Text("session") ?? d.Session,
            IsolatedSession = section.Flag("isolatedSession", d.IsolatedSession),
            LightContext = section.Flag("lightContext", d.LightContext),
            TimeoutSeconds = section.Has("timeoutSeconds") ? section.Whole("timeoutSeconds", 0) : d.TimeoutSeconds,
            AckMaxChars = section.Whole("ackMaxChars", d.AckMaxChars),
            ActiveStart = hours.Text("start") ?? d.ActiveStart,
            ActiveEnd = hours.Text("end") ?? d.ActiveEnd,
            ActiveTimezone = hours.Text("timezone") ?? d.ActiveTimezone,
        };
    }

    private static SandboxConfig BindSandbox(ConfigSection section, SandboxConfig d, bool own = false) => new()
    {
        Mode = section.Text("mode", d.Mode),
        Scope = section.Text("scope", d.Scope),
        WorkspaceAccess = section.Text("workspaceAccess", d.WorkspaceAccess),
        WorkspaceRoot = section.Text("workspaceRoot") ?? d.WorkspaceRoot,
        Backend = section.Text("backend", d.Backend),
        SessionTools = section.Text("sessionToolsVisibility", d.SessionTools),
        Docker = BindDocker(section.Section("docker"), d.Docker, own),
        BrowserEnabled = section.Section("browser").Flag("enabled", d.BrowserEnabled),
        PruneIdleHours = section.Section("prune").Whole("idleHours", d.PruneIdleHours),
        PruneMaxAgeDays = section.Section("prune").Whole("maxAgeDays", d.PruneMaxAgeDays),
        Tools = section.Has("tools") ? BindToolList(section.Section("tools")) : d.Tools,
    };

    // An agent's own mounts, variables and limits are added to those of all.
    private static SandboxDockerConfig BindDocker(ConfigSection section, SandboxDockerConfig d, bool own) => new()
    {
        Socket = section.Text("socket") ?? d.Socket,
        Image = section.Text("image", d.Image),
        ContainerPrefix = section.Text("containerPrefix", d.ContainerPrefix),
        Workdir = section.Text("workdir", d.Workdir),
        ReadOnlyRoot = section.Flag("readOnlyRoot", d.ReadOnlyRoot),
        Tmpfs = section.TextsOrNull("tmpfs") ?? d.Tmpfs,
        Network = section.Text("network", d.Network),
        User = section.Text("user") ?? d.User,
        CapDrop = section.TextsOrNull("capDrop") ?? d.CapDrop,
        Env = Merge(section.Has("env") ? section.TextMap("env") : null, d.Env, own),
        SetupCommand = section.Text("setupCommand") ?? d.SetupCommand,
        PidsLimit = section.Whole("pidsLimit", d.PidsLimit),
        Memory = section.Text("memory") ?? d.Memory,
        MemorySwap = section.Text("memorySwap") ?? d.MemorySwap,
        Cpus = section.Real("cpus") ?? d.Cpus,
        Ulimits = Merge(section.Has("ulimits") ? BindUlimits(section.Section("ulimits")) : null, d.Ulimits, own),
        Binds = section.TextsOrNull("binds") is not { } binds ? d.Binds : own ? [.. d.Binds, .. binds] : binds,
        SeccompProfile = section.Text("seccompProfile") ?? d.SeccompProfile,
        ApparmorProfile = section.Text("apparmorProfile") ?? d.ApparmorProfile,
        Gpus = section.Text("gpus") ?? d.Gpus,
        AllowReservedTargets = section.Flag("dangerouslyAllowReservedContainerTargets", d.AllowReservedTargets),
        AllowExternalSources = section.Flag("dangerouslyAllowExternalBindSources", d.AllowExternalSources),
        AllowNamespaceJoin = section.Flag("dangerouslyAllowContainerNamespaceJoin", d.AllowNamespaceJoin),
        Dns = section.TextsOrNull("dns") ?? d.Dns,
        ExtraHosts = section.TextsOrNull("extraHosts") ?? d.ExtraHosts,
    };

    private static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string>? given, IReadOnlyDictionary<string, string> defaults, bool own)
    {
        if (given is null || !own)
        {
            return given ?? defaults;
        }

        Dictionary<string, string> merged = new(defaults, StringComparer.Ordinal);
        foreach ((string name, string value) in given)
        {
            merged[name] = value;
        }

        return merged;
    }

    /// <summary>A limit is a number, <c>"soft:hard"</c> or <c>{ soft, hard }</c>.</summary>
    private static OrderedDictionary<string, string> BindUlimits(ConfigSection section)
    {
        var limits = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, ConfigNode node) in section.Members)
        {
            var pair = new ConfigSection(node);
            string text = node.IsObject ? $"{pair.Text("soft")}:{pair.Text("hard") ?? pair.Text("soft")}" : node.Text;
            if (text.Trim(':').Length > 0)
            {
                limits[name] = text;
            }
        }
        return limits;
    }

    private static LoopDetectionConfig BindLoops(ConfigSection section)
    {
        var d = new LoopDetectionConfig();
        return new LoopDetectionConfig
        {
            Enabled = section.Flag("enabled", d.Enabled),
            HistorySize = section.Whole("historySize", d.HistorySize),
            WarningThreshold = section.Whole("warningThreshold", d.WarningThreshold),
            CriticalThreshold = section.Whole("criticalThreshold", d.CriticalThreshold),
        };
    }

    private static IReadOnlyDictionary<string, ToolRulesConfig> BindByProvider(ConfigSection section)
    {
        var rules = new Dictionary<string, ToolRulesConfig>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, ConfigNode node) in section.Members)
        {
            var one = new ConfigSection(node);
            rules[name.Trim()] = new ToolRulesConfig
            {
                Profile = one.Text("profile"),
                Allow = one.Texts("allow"),
                AlsoAllow = one.Texts("alsoAllow"),
                Deny = one.Texts("deny"),
            };
        }
        return rules.Count == 0 ? ReadOnlyDictionary<string, ToolRulesConfig>.Empty : rules;
    }

    private static ElevatedConfig BindElevated(ConfigSection section)
    {
        ConfigSection lists = section.Section("allowFrom");
        return new ElevatedConfig
        {
            Enabled = section.Flag("enabled", true),
            AllowFrom = lists.Members.ToDictionary(member => member.Key, member => lists.Texts(member.Key), StringComparer.OrdinalIgnoreCase),
        };
    }

    private static ToolsConfig BindTools(ConfigSection section, ConfigSection plugins, ExecConfig above)
    {
        var d = new ToolsConfig();
        ConfigSection exec = section.Section("exec");
        return new ToolsConfig
        {
            Profile = section.Text("profile"),
            Allow = section.Texts("allow"),
            AlsoAllow = section.Texts("alsoAllow"),
            Deny = section.Texts("deny"),
            ByProvider = BindByProvider(section.Section("byProvider")),
            LoopDetection = section.Has("loopDetection") ? BindLoops(section.Section("loopDetection")) : null,
            ToolSearch = section.Flag("toolSearch") ?? section.Section("toolSearch").Flag("enabled")
                ?? (section.Section("toolSearch").Exists ? true : null),
            Exec = new ExecConfig
            {
                Enabled = exec.Flag("enabled", above.Enabled),
                Host = exec.Text("host", above.Host),
                Security = exec.Text("security", above.Security),
                Ask = exec.Text("ask", above.Ask),
                TimeoutSeconds = exec.Whole("timeoutSeconds", above.TimeoutSeconds),
                BackgroundMs = exec.Whole("backgroundMs", above.BackgroundMs),
                // Source: the original. An agent's own security or ask counts before the mode of all.
                Mode = exec.Text("mode") ?? (exec.Has("security") || exec.Has("ask") ? null : above.Mode),
                ApprovalTimeoutSeconds = exec.Whole("approvalTimeoutSeconds", above.ApprovalTimeoutSeconds),
                CleanupMs = exec.Whole("cleanupMs", above.CleanupMs),
                PathPrepend = exec.TextsOrNull("pathPrepend") ?? above.PathPrepend,
                ApplyPatchEnabled = exec.Section("applyPatch").Flag("enabled", above.ApplyPatchEnabled),
            },
            Web = BindWeb(section.Section("web"), plugins),
            UpdatePlan = section.Flag("updatePlan"),
            SandboxTools = BindToolList(section.Section("sandbox").Section("tools")),
            Elevated = BindElevated(section.Section("elevated")),
            Sessions = new SessionToolsConfig
            {
                Visibility = section.Section("sessions").Text("visibility", d.Sessions.Visibility),
                AgentToAgent = section.Section("agentToAgent").Flag("enabled", d.Sessions.AgentToAgent),
                AgentToAgentAllow = section.Section("agentToAgent").Texts("allow"),
            },
            SubagentTools = BindToolList(section.Section("subagents").Section("tools")),
        };
    }
}
