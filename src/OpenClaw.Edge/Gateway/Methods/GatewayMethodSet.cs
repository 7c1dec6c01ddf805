namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>The methods that this gateway has, one family a file.</summary>
internal static class GatewayMethodSet
{
    /// <summary>All of them.</summary>
    public static IEnumerable<MethodEntry> All(
        GatewayRuntime runtime,
        Broadcaster broadcaster,
        PresenceBoard presence,
        HealthReport health,
        ProcessVitals vitals)
    {
        var tasks = new TaskLedger(runtime, broadcaster);
        SessionEvents sessions = broadcaster.Sessions;
        runtime.Cron.Listen(told => CronMethods.Tell(broadcaster, told));
        runtime.Heartbeat.Listen(told => HeartbeatMethods.Tell(broadcaster, told));
        return
        [
            .. HealthMethods.Entries(presence, health),
            .. new StatusMethods(runtime, sessions, tasks, vitals).Entries(),
            .. new CatalogMethods(runtime).Entries(),
            .. new ModelMethods(runtime).Entries(),
            .. new ModelProbe(runtime).Entries(),
            .. new ChatMethods(runtime, broadcaster, new SlashCommands(runtime, broadcaster)).Entries(),
            .. new ChatHistoryMethods(runtime, sessions).Entries(),
            .. new AgentMethods(runtime, new SlashCommands(runtime, broadcaster)).Entries(),
            .. new SessionMethods(runtime, sessions).Entries(),
            .. new SessionChangeMethods(runtime, sessions).Entries(),
            .. new ConfigMethods(runtime).Entries(),
            .. new ConfigSchemaMethods(runtime).Entries(),
            .. new ConfigWriteMethods(runtime, broadcaster).Entries(),
            .. new SessionCreateMethods(runtime, sessions).Entries(),
            .. new ToolMethods(runtime).Entries(),
            .. new AgentFileMethods(runtime).Entries(),
            .. new LogMethods(runtime).Entries(),
            .. new UsageMethods(runtime).Entries(),
            .. new UsageLogMethods(runtime).Entries(),
            .. new MemoryMethods(runtime).Entries(),
            .. new IdentityMethods(runtime).Entries(),
            .. new CronMethods(runtime, runtime.Cron).Entries(),
            .. new CronLogMethods(runtime, runtime.Cron).Entries(),
            .. new HeartbeatMethods(runtime, broadcaster, presence).Entries(),
            .. new AgentEditMethods(runtime).Entries(),
            .. new SessionImportMethods(runtime, sessions).Entries(),
            .. new WorkspaceMethods(runtime).Entries(),
            .. new SessionFileMethods(runtime).Entries(),
            .. new SessionRecoveryMethods(runtime, sessions).Entries(),
            .. new SessionGroupMethods(runtime, sessions).Entries(),
            .. new SessionManyMethods(runtime, sessions).Entries(),
            .. new SessionBranchMethods(runtime, sessions).Entries(),
            .. new SessionSearchMethods(runtime, sessions).Entries(),
            .. new GatewayStateMethods(runtime, vitals).Entries(),
            .. new SkillMethods(runtime, broadcaster).Entries(),
            .. new TokenMethods(runtime).Entries(),
            .. new VoiceMethods(runtime, broadcaster).Entries(),
            .. new SpeechMethods(runtime).Entries(),
            .. new TaskMethods(runtime, tasks).Entries(),
            .. new DiagnosticsMethods(runtime).Entries(),
            .. new QuestionMethods(runtime, broadcaster, runtime.Questions).Entries(),
            .. new ProgressCardMethods(runtime, broadcaster).Entries(),
            .. AbsentPartMethods.Entries(runtime),
        ];
    }
}
