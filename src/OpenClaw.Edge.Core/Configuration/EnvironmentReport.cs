using static OpenClaw.Edge.Configuration.EnvironmentEffect;

namespace OpenClaw.Edge.Configuration;

/// <summary>Every variable that is known, and which of them are set.</summary>
public static class EnvironmentReport
{
    private const string NodeTuning = "tunes Node.js; nothing is to be tuned here, memory follows the machine";
    private const string ProviderKey = "credential of a model provider; ${…} in the configuration sees it too";
    private const string Postgres = "belongs to a PostgreSQL container; state lives in one SQLite file";
    private const string Compose = "read by the compose file, not by the program";
    private const string OnePort = "one port serves HTTP, WebSocket and the web UI";

    /// <summary>The table, by name. Of two names for one thing the first set wins, in this order.</summary>
    public static IReadOnlyList<EnvironmentEntry> Known { get; } =
    [
        new("OPENCLAW_CONFIG_PATH", Used, "configuration file"),
        new("OPENCLAW_CONFIG", Alias, "as OPENCLAW_CONFIG_PATH"),
        new("OPENCLAW_STATE_DIR", Used, "state folder"),
        new("OPENCLAW_CONFIG_DIR", Alias, "as OPENCLAW_STATE_DIR"),
        new("DATA_DIR", Alias, "as OPENCLAW_STATE_DIR"),
        new("OPENCLAW_HOME", Used, "stands for HOME"),
        new("OPENCLAW_PROFILE", Used, "state folder ~/.openclaw-<profile>"),
        new("STATE_DIRECTORY", Used, "state folder given by systemd"),
        new("CREDENTIALS_DIRECTORY", Used, "credentials given by systemd: gateway-token, gateway-password"),
        new("HOME", Used, "base of ~"),
        new("OPENCLAW_WORKSPACE_DIR", Used, "workspace of the default agent"),
        new("OPENCLAW_AUTH_PROFILE_SECRET_DIR", Used, "folder of the key that encrypts credentials"),
        new("OPENCLAW_BUNDLED_SKILLS_DIR", Used, "folder of the skills that come with the program"),
        new("OPENCLAW_CONFIG_READONLY", Used, "1 refuses every change of the configuration file"),
        new("OPENCLAW_GATEWAY_TOKEN", Used, "operator token"),
        new("OPENCLAW_AUTH_TOKEN", Alias, "as OPENCLAW_GATEWAY_TOKEN"),
        new("GATEWAY_TOKEN", Alias, "as OPENCLAW_GATEWAY_TOKEN"),
        new("OPENCLAW_GATEWAY_PASSWORD", Used, "operator password"),
        new("OPENCLAW_GATEWAY_PORT", Used, "port", "gateway.port"),
        new("GATEWAY_PORT", Alias, "as OPENCLAW_GATEWAY_PORT", "gateway.port"),
        new("OPENCLAW_GATEWAY_BIND", Used, "bind mode or host:port", "gateway.bind"),
        new("OPENCLAW_GATEWAY_URL", Used, "gateway that the command line talks to"),
        new("OPENCLAW_BRIDGE_PORT", Ignored, OnePort),
        new("CONTROL_PORT", Ignored, OnePort),
        new("OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP", Used, "sockets of one address that have not said who they are, 32 by default"),
        new("OPENCLAW_DISABLE_BONJOUR", Used, "1 switches mDNS off, 0 on", "discovery.mdns.mode"),
        new("OPENCLAW_LOG_LEVEL", Used, "log level", "logging.level"),
        new("LOG_LEVEL", Alias, "as OPENCLAW_LOG_LEVEL", "logging.level"),
        new("LOG_FORMAT", Alias, "json or text, as logging.consoleStyle", "logging.consoleStyle"),
        new("DEBUG", Alias, "openclaw:* means log level debug", "logging.level"),
        new("NO_COLOR", Used, "no colour on a terminal"),
        new("TZ", Used, "time zone of logs and jobs"),
        new("OPENCLAW_SANDBOX", Used, "1 sandboxes sessions other than the main one, unless the configuration says more",
            "agents.defaults.sandbox.mode"),
        new("OPENCLAW_DOCKER_SOCKET", Used, "socket of Docker or Podman"),
        new("DOCKER_HOST", Used, "socket of Docker or Podman"),
        new("OPENCLAW_SKIP_ONBOARDING", Used, "no questions at the first start"),
        new("OPENCLAW_SECRET", Used, "key that encrypts credentials"),
        new("JWT_SECRET", Ignored, "no JWTs are used; the gateway token is the secret"),
        new("OTEL_EXPORTER_OTLP_ENDPOINT", Ignored, "nothing is pushed; metrics are read at /api/diagnostics/prometheus"),
        new("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Ignored, "nothing is pushed; metrics are read at /api/diagnostics/prometheus"),
        new("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", Ignored, "nothing is pushed; metrics are read at /api/diagnostics/prometheus"),
        new("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", Ignored, "nothing is pushed; metrics are read at /api/diagnostics/prometheus"),
        new("OTEL_EXPORTER_OTLP_PROTOCOL", Ignored, "nothing is pushed; metrics are read at /api/diagnostics/prometheus"),
        new("OTEL_SERVICE_NAME", Ignored, "nothing is pushed; metrics are read at /api/diagnostics/prometheus"),
        new("OTEL_SEMCONV_STABILITY_OPT_IN", Ignored, "nothing is pushed; metrics are read at /api/diagnostics/prometheus"),
        new("OPENCLAW_OTEL_PRELOADED", Ignored, "nothing is preloaded into a native program"),
        new("SEARXNG_BASE_URL", Used, "address of a SearXNG for web_search; the file wins"),
        new("BRAVE_API_KEY", Used, "key of Brave for web_search; the file wins"),
        new("OPENAI_API_KEY", Used, ProviderKey),
        new("ANTHROPIC_API_KEY", Used, ProviderKey),
        new("GEMINI_API_KEY", Used, ProviderKey),
        new("GOOGLE_API_KEY", Alias, "as GEMINI_API_KEY"),
        new("DASHSCOPE_API_KEY", Used, ProviderKey),
        new("OPENROUTER_API_KEY", Used, ProviderKey),
        new("OLLAMA_HOST", Used, "where Ollama is looked for; to make Ollama itself listen, set it for Ollama"),
        new("TELEGRAM_BOT_TOKEN", Used, "Telegram bot token"),
        new("DISCORD_BOT_TOKEN", Used, "Discord bot token"),
        new("WECHAT_WORK_SECRET", Used, "seen by ${…}"),
        new("WECHAT_WORK_TOKEN", Used, "seen by ${…}"),
        new("WECHAT_WORK_AES_KEY", Used, "seen by ${…}"),
        new("PLUGINS_DIR", Ignored, "there are no plugins; put skills into skills/ of the workspace"),
        new("OPENCLAW_EXTENSIONS", Ignored, "there are no plugins to bake in; modules are built in"),
        new("OPENCLAW_PLUGIN_STAGE_DIR", Ignored, "nothing is staged; there are no plugins"),
        new("OPENCLAW_DISABLE_BUNDLED_SOURCE_OVERLAYS", Ignored, "there are no plugin sources"),
        new("OPENCLAW_IMAGE", Ignored, Compose),
        new("OPENCLAW_EXTRA_MOUNTS", Ignored, Compose),
        new("OPENCLAW_HOME_VOLUME", Ignored, Compose),
        new("OPENCLAW_DOCKER_APT_PACKAGES", Ignored, "read when an image is built, not by the program"),
        new("OPENCLAW_INSTALL_BROWSER", Ignored, "a browser runs in a sandbox image of its own"),
        new("OPENCLAW_INSTALL_DOCKER_CLI", Ignored, "the engine is spoken to over its socket; no Docker CLI is needed"),
        new("CLAUDE_AI_SESSION_KEY", Ignored, "consumer web sessions are not used"),
        new("CLAUDE_WEB_SESSION_KEY", Ignored, "consumer web sessions are not used"),
        new("DATABASE_URL", Refused, "asks for an external database; state lives in one SQLite file in the state folder"),
        new("POSTGRES_DB", Ignored, Postgres),
        new("POSTGRES_USER", Ignored, Postgres),
        new("POSTGRES_PASSWORD", Ignored, Postgres),
        new("NODE_ENV", Ignored, "there is no Node.js inside"),
        new("NODE_OPTIONS", Ignored, NodeTuning),
        new("NODE_COMPILE_CACHE", Ignored, NodeTuning),
        new("UV_THREADPOOL_SIZE", Ignored, NodeTuning),
        new("OPENCLAW_NO_RESPAWN", Ignored, NodeTuning),
        new("CLAWDBOT_NPM_LOGLEVEL", Ignored, "nothing is installed by npm"),
        new("HUGGING_FACE_HUB_TOKEN", Ignored, "belongs to the model server"),
        new("HF_TOKEN", Ignored, "belongs to the model server"),
        new("VLLM_WORKER_MULTIPROC_METHOD", Ignored, "belongs to the model server"),
    ];

    /// <summary>The rows whose variable is set, in the table's order.</summary>
    public static IReadOnlyList<EnvironmentEntry> Of(ProcessEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return [.. Known.Where(entry => environment[entry.Name] is not null)];
    }
}
