using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.Hosting.Logging;
using OpenClaw.Edge.Http;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Platform.DBus;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Security.Tls;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Skills;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Hosting;

/// <summary>Everything that one gateway is made of, put together by constructor calls that one can read.</summary>
internal sealed partial class GatewayParts
{
    private const string SecretCode = "secret-not-read";
    private const long SmallHeap = 128L << 20;

    private volatile GatewaySecret _secret;
    private volatile AgentCatalog _agents;

    private readonly EdgeConfig _started;

    private GatewayParts(
        GatewayRunOptions options,
        GatewaySetup setup,
        TimeProvider clock,
        EdgeConfig started,
        GatewaySecret secret,
        AgentCatalog agents)
    {
        _started = started;
        Options = options;
        Setup = setup;
        Clock = clock;
        _secret = secret;
        _agents = agents;
    }

    public GatewayRunOptions Options { get; }

    public GatewaySetup Setup { get; }

    public TimeProvider Clock { get; }

    public GatewaySecret Secret => _secret;

    public AgentCatalog Agents => _agents;

    public required ILogger Logger { get; init; }

    public required EdgeLoggerFactory Loggers { get; init; }

    public required SystemdNotifier Systemd { get; init; }

    public required RestartDesk Restarts { get; init; }

    public required ProviderHttp ProviderHttp { get; init; }

    public required Lifecycle Lifecycle { get; init; }

    public required HealthBoard Health { get; init; }

    public required ConfigStore Config { get; init; }

    public required SessionStore Store { get; init; }

    public required TaskStore Tasks { get; init; }

    public required ModelRouter Router { get; init; }

    public required RunRegistry Runs { get; init; }

    public required MemoryIndex Memory { get; init; }

    public required SessionUpkeep Upkeep { get; init; }

    public required CronScheduler Cron { get; init; }

    /// <summary>Commands that jobs wait for.</summary>
    public required CronWatches Watches { get; init; }

    public required Heartbeat Heartbeat { get; init; }

    public required McpServers Mcp { get; init; }

    public required GatewayEndpoint Gateway { get; init; }

    public required HttpFront Http { get; init; }

    public required KestrelListener Listener { get; init; }

    public required TlsIdentity Tls { get; init; }

    public required BrowserPairing Browsers { get; init; }

    public required PowerCare Power { get; init; }

    /// <summary>Told after the machine has slept.</summary>
    public Action Awake { get; set; } = static () => { };

    /// <summary>What the watchdog asks; whoever has a main loop adds it while the parts are put together.</summary>
    public required LoopPulse Pulse { get; init; }

    /// <summary>Puts a gateway together; opens the state, but no port. Throws <see cref="StartRefusedException"/>.</summary>
    public static GatewayParts Assemble(
        GatewayRunOptions options,
        ProcessEnvironment environment,
        Stream console,
        TimeProvider clock,
        OwnedParts owned)
    {
        var lifecycle = new Lifecycle(clock);
        var health = new HealthBoard();
        GatewaySetup setup = GatewaySetup.For(options, environment);
        ConfigStore store = setup.OpenConfig(health);
        ConfigSnapshot snapshot = store.Current;
        EdgeConfig config = snapshot.Config;

        LogSink log = owned.Own(() => new LogSink(
            LogSettings.Style(config, environment), console, LogSettings.FilePath(config, setup.Paths), LogSettings.Journal(config, environment)));
        var loggers = new EdgeLoggerFactory(log, LogSettings.Level(config), clock);
        ILogger logger = loggers.CreateLogger("OpenClaw.Edge.Hosting");
        owned.Own(() => StateDirectory.Claim(setup.Paths, clock));
        GatewaySecret secret = setup.ResolveSecret(snapshot);
        InheritedListeners inherited = owned.Own(() => TakeListeners(environment));
        BindDecision bind = inherited.Endpoints.Count > 0
            ? BindPolicy.Decide(config.Gateway, secret, inherited.Endpoints)
            : BindPolicy.Decide(config.Gateway, secret);
        if (bind.Refusal is not null)
        {
            throw new StartRefusedException(bind.Refusal);
        }

        inherited.EndOthers(bind.Endpoints);
        RestartDesk restarts = owned.Own(() => new RestartDesk(
            Handover.Read(environment[Handover.Variable], Environment.ProcessId).RestartsMs, clock, loggers.CreateLogger("OpenClaw.Edge.Gateway")));
        SystemdNotifier systemd = owned.Own(() => SystemdNotifier.Connect(name => environment[name], Environment.ProcessId, logger));
        EdgeDatabase database = owned.Own(() => StateDirectory.OpenDatabase(setup.Paths, clock, loggers));
        health.Watch(() => database.WriteFailure is { } failure ? new Warnable("state-database", failure.Message, BlocksReady: true) : null);
        ReadOnlyPlaces.Check(setup.Paths.ConfigPath, health);
        MachineStrain strain = owned.Own(() => new MachineStrain(
            new MemoryPressure(MachineMemory.Read, static () => GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true), clock),
            new Thermometer(Thermometer.SystemFolder, () => store.Current.Config.Gateway.Pressure.MaxCelsius, clock),
            () => store.Current.Config.Gateway.Pressure.ShedLoad));
        health.Watch(strain.MemoryWarning);
        health.Watch(strain.HeatWarning);
        var sessions = new SessionStore(database, clock);
        var tasks = new TaskStore(database, clock);
        ProviderHttp providerHttp = owned.Own(() => new ProviderHttp());
        ModelRouter router = owned.Own(() => new ModelRouter(ProviderCatalog.Create(config, snapshot.Environment, providerHttp, clock, loggers), clock, loggers) { LocalSlots = strain.Heat.Slots });
        health.Watch(() => router.Catalog is { DefaultModelRef: { } chosen } catalog && catalog.Describe(chosen) is { Tools: false }
            ? new Warnable(
                "model-without-tools",
                $"The default model {chosen} cannot call tools: it answers from its words alone, without files, commands or memory. Choose one that can: 'openclaw models set'.")
            : null);
        health.Watch(() => router.Counters.Slow() is { } slow ? new Warnable("model-slow", slow) : null);
        ExecApprovalsFile approvals = owned.Own(() => new ExecApprovalsFile(Path.Combine(setup.Paths.StateDir, "exec-approvals.json")));
        var guard = new ExecGuard(new ApprovalGate(clock), approvals, new ApprovalLedger(database, clock), clock);
        var questions = new QuestionBoard(clock);
        ProcessTable processes = owned.Own(() => new ProcessTable(Path.Combine(setup.Paths.StateDir, "tmp", "exec"), clock));
        SandboxRouter sandbox = owned.Own(() => new SandboxRouter(() => store.Current.Config, setup.Paths, () => store.Current.Environment, clock, loggers));
        GuardedHttp web = owned.Own(() => new GuardedHttp());
        var skills = new SkillCatalog(setup.Paths, () => store.Current, clock, loggers.CreateLogger("OpenClaw.Edge.Skills"), Environment.ProcessPath);
        health.Watch(() => skills.Warning);
        GatewayParts? parts = null;
        MemoryIndex memory = owned.Own(() => MemoryWiring.Make(database, router, store, () => parts!.Agents, providerHttp, clock, loggers));
        var toolParts = new ToolParts
        {
            Memory = () => memory,
            Config = () => store.Current,
            Guard = guard,
            Processes = processes,
            Web = web,
            Http = providerHttp,
            Time = clock,
            Skills = skills,
            FindNode = name => parts!.Gateway.Hands.Find(name),
            RunOnNode = (id, call, timeout, cancel) => parts!.Gateway.Hands.RunAsync(id, call, timeout, cancel),
        };
        McpServers mcp = owned.Own(() => new McpServers(new McpParts
        {
            Http = providerHttp,
            Environment = () => store.Current.Environment,
            Time = clock,
            Logger = loggers.CreateLogger("OpenClaw.Edge.Tools"),
        }));
        mcp.Apply(config.Mcp);
        health.Watch(() => mcp.Problems is [{ } first, ..] ? new Warnable("mcp-server", $"MCP server {first}") : null);
        var registry = new ToolRegistry(
            [.. BuiltInTools.Create(toolParts), .. SessionTools.Create(() => parts!.Runs), new MessageTool(() => parts!.Runs, () => parts!.Gateway.Outlet), new CronTool(() => parts!.Cron, () => parts!.Agents.Default.Id, clock), new AskUserTool(questions, key => parts!.Runs.ActiveFor(key)?.Id), new ProgressCardTool(() => parts!.Runs, (key, card) => parts!.Gateway.CardChanged(key, card))], sandbox, mcp);
        var events = new RunEventHub();
        owned.Own(() => events.Listen(MemoryWiring.Listener(memory)));
        var agents = AgentCatalog.Create(config, setup.Paths);
        var notes = new SystemEvents(clock);
        RunRegistry runs = owned.Own(() => new RunRegistry(new AgentRuntime
        {
            Config = () => store.Current.Config,
            Agents = () => parts!.Agents,
            Sessions = sessions,
            Models = router,
            Tools = registry,
            Events = events,
            Time = clock,
            Loggers = loggers,
            Notes = notes,
            Overloaded = strain.Refuses,
            Skills = skills,
            Leaving = () => parts!.Power.IsLeaving,
        }));
        owned.Own(() => new QuietTrim(events, () => runs.Active.Count > 0, GiveMemoryBack, clock));
        SessionUpkeep upkeep = owned.Own(() => new SessionUpkeep(runs, () => parts!.Gateway.Broadcaster.Sessions.Refetch("cleanup")));
        var tools = new ToolInvocation(registry);
        ILogger automation = loggers.CreateLogger("OpenClaw.Edge.Automation");
        Heartbeat heartbeat = owned.Own(() => new Heartbeat(
            runs, sessions, notes, () => store.Current.Config, () => parts!.Agents, clock, automation));
        var webhook = new CronWebhook(web, () => store.Current.Config, clock, automation);
        var jobs = new CronRunner(runs, heartbeat, () => parts!.Agents, clock, webhook, tools, () => store.Current.Config.Cron);
        CronScheduler cron = owned.Own(() => new CronScheduler(
            new CronStore(database, clock), jobs.RunAsync, () => store.Current.Config.Cron, clock, automation));
        cron.Leaving = () => parts!.Power.IsLeaving;
        cron.Judge = new CronAlerts(heartbeat, () => parts!.Agents, () => store.Current.Config.Cron, clock, webhook).Judge;
        CronWatches watches = owned.Own(() => new CronWatches(cron, tools, () => parts!.Agents, () => store.Current.Config.Cron, clock, automation));
        var authenticator = new GatewayAuthenticator(() => parts!.Secret, () => store.Current.Config, clock);
        DevicePairing devices = owned.Own(() => new DevicePairing(database, Path.Combine(setup.Paths.SecretDir, "device-tokens.key"), clock));
        TlsIdentity tls = owned.Own(() => new TlsIdentity(
            Path.Combine(setup.Paths.SecretDir, "tls"), () => store.Current.Config.Gateway.Tls, HostNames.OfThisMachine, clock, loggers.CreateLogger("OpenClaw.Edge.Security")));
        var browsers = new BrowserPairing(devices, () => FirstVisit.IsOn(parts!), digits => FirstVisit.Tell(parts!, log, digits), clock);
        GatewayEndpoint gateway = owned.Own(() => new GatewayEndpoint(new GatewayRuntime
        {
            Config = store,
            Restarts = restarts,
            Browsers = browsers,
            Strain = strain,
            Editor = new ConfigEditor(setup.Paths, setup.Environment),
            Tools = tools,
            Guard = guard,
            Questions = questions,
            Cron = cron,
            Memory = memory,
            Heartbeat = heartbeat,
            Skills = skills,
            Paths = setup.Paths,
            Sessions = sessions,
            Tasks = tasks,
            Models = router,
            LogFile = () => LogSettings.FilePath(config, setup.Paths), // a change takes a restart
            ReloadConfig = store.ReloadAsync,
            RotateToken = (grace, by) => parts!.RotateToken(grace, by),
            Port = () => parts!.Listener.Addresses is [{ } first, ..] ? first.Port : 0,
            Authenticator = authenticator,
            TlsFingerprint = tls.Fingerprint,
            Devices = devices,
            Agents = () => parts!.Agents,
            Runs = runs,
            Upkeep = upkeep,
            Events = events,
            Health = health,
            Time = clock,
            Loggers = loggers,
        }));
        strain.Memory.Changed = _ => gateway.TellHealth();
        parts = new GatewayParts(options, setup, clock, config, secret, agents)
        {
            Logger = logger,
            Loggers = loggers,
            Restarts = restarts,
            Systemd = systemd,
            ProviderHttp = providerHttp,
            Lifecycle = lifecycle,
            Health = health,
            Config = store,
            Store = sessions,
            Tasks = tasks,
            Router = router,
            Watches = watches,
            Runs = runs,
            Memory = memory,
            Upkeep = upkeep,
            Cron = cron,
            Heartbeat = heartbeat,
            Mcp = mcp,
            Gateway = gateway,
            Http = owned.Own(() => new HttpFront(new HttpFrontParts
            {
                Clock = clock,
                Lifecycle = lifecycle,
                Health = health,
                Logs = loggers,
                Config = () => store.Current.Config,
                Authenticator = authenticator,
                Models = router,
                ProviderHttp = providerHttp,
                Agents = () => parts!.Agents,
                Runs = runs,
                Events = events,
                Sessions = sessions,
                Tools = tools,
                Hooks = new HookDispatch(runs, heartbeat, () => store.Current.Config, () => parts!.Agents, clock, automation),
                Kept = new IdempotencyStore(database, clock),
                Tls = tls,
                Browsers = browsers,
                Strain = strain,
                DeviceScopes = token => devices.FindOperatorToken(token)?.LiveRole("operator") is { } role ? ScopeSet.Of(role.Scopes) : null,
                DatabaseOpen = () => database.Read(static _ => true),
            })),
            Tls = tls,
            Browsers = browsers,
            Power = owned.Own(() => new PowerCare(
                SystemBus.AddressOf(environment["DBUS_SYSTEM_BUS_ADDRESS"]), events, () => runs.Active, () => parts!.Awake(), clock, logger)),
            Listener = owned.Own(() => new KestrelListener(bind.Endpoints, inherited, new TlsFront(tls, clock, logger), loggers)),
            Pulse = PulseOf(clock, database, runs, gateway),
        };
        restarts.Busy = parts.Working;
        restarts.Obstacle = parts.PrepareRestart;
        restarts.Refused = obstacle => RestartNeeds.Refused(health, obstacle);
        return parts;
    }

    // A heap of a few megabytes is compacted in some 20 ms; a large one belongs to somebody who would notice.
    private static void GiveMemoryBack()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) < SmallHeap)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        ImagePages.Release();
    }

    private static InheritedListeners TakeListeners(ProcessEnvironment environment)
    {
        try
        {
            return InheritedListeners.Take(name => environment[name], Environment.ProcessId);
        }
        catch (IOException unusable)
        {
            throw new StartRefusedException(unusable.Message, inner: unusable);
        }
    }

    private static LoopPulse PulseOf(TimeProvider clock, EdgeDatabase database, RunRegistry runs, GatewayEndpoint gateway)
    {
        var pulse = new LoopPulse(clock);
        pulse.Watch("database writer", () => database.WriteAsync(static _ => true, CancellationToken.None)); // an empty transaction writes nothing
        pulse.Watch("run registry", () => Task.FromResult(runs.Active.Count));
        pulse.Watch("connection sweep", () =>
        {
            gateway.Sweep();
            return Task.CompletedTask;
        });
        return pulse;
    }

    /// <summary>Takes a changed configuration over. What needs a restart is warned about and left as it is.</summary>
    public void Apply(ConfigSnapshot snapshot)
    {
        Loggers.Level = LogSettings.Level(snapshot.Config);
        _agents = AgentCatalog.Create(snapshot.Config, Setup.Paths);
        GatewaySecret before = _secret;
        _secret = SecretOf(snapshot);
        if (before.AuthMode != _secret.AuthMode || before.Token != _secret.Token || before.Password != _secret.Password)
        {
            Gateway.ForgetSecret();
        }

        Router.Replace(ProviderCatalog.Create(snapshot.Config, snapshot.Environment, ProviderHttp, Clock, Loggers));
        Heartbeat.Reschedule();
        Watches.Reschedule();
        Mcp.Apply(snapshot.Config.Mcp);
        Memory.TouchAll();
        RestartNeeds.Check(snapshot.Config, _started, Health, Restarts);
    }

    // Who is connected by the old token stays until it opens no more.
    private TokenRotation RotateToken(TimeSpan grace, string by)
    {
        TokenRotation rotated = TokenRotation.Make(_secret, Setup.Paths, grace, by, Clock);
        _secret = SecretOf(Config.Current);
        Gateway.ForgetSecret(rotated.GraceUntil);
        Log.TokenRotated(Logger, by, rotated.GraceUntil);
        return rotated;
    }

    // A secret that cannot be read any more must not lock everybody out, nor let everybody in: the old one stays.
    private GatewaySecret SecretOf(ConfigSnapshot snapshot)
    {
        try
        {
            GatewaySecret secret = Setup.ResolveSecret(snapshot);
            Health.Clear(SecretCode);
            return secret;
        }
        catch (StartRefusedException refused)
        {
            Health.Raise(new Warnable(SecretCode, $"{refused.Message} The secret in use stays."));
            return _secret;
        }
    }

    /// <summary>Binds the port. Throws <see cref="StartRefusedException"/> when somebody has it.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Listener.StartAsync(Gateway.HandleAsync, Http.HandleAsync, Logger, cancellationToken);
        }
        catch (IOException taken)
        {
            throw new StartRefusedException(
                $"Cannot listen: {taken.Message} Stop what has the port, or use --port or --profile.", inner: taken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2040, LogLevel.Warning, "The gateway token was rotated by {By}; the old one opens until {Until:O}.")]
        public static partial void TokenRotated(ILogger logger, string by, DateTimeOffset until);
    }
}
