using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <content>The <c>gateway</c> and <c>models</c> sections.</content>
internal static partial class ConfigBinder
{
    private static GatewayConfig BindGateway(ConfigSection section, ConfigSection commands)
    {
        var d = new GatewayConfig();
        return new GatewayConfig
        {
            Mode = section.Text("mode", d.Mode),
            Port = section.Whole("port", d.Port),
            Bind = section.Text("bind", d.Bind),
            CustomBindHost = section.Text("customBindHost"),
            Auth = BindAuth(section.Section("auth")),
            TrustedProxies = section.Texts("trustedProxies"),
            AllowRealIpFallback = section.Flag("allowRealIpFallback", d.AllowRealIpFallback),
            RateLimit = BindRateLimit(section.Section("rateLimit")),
            Http = new HttpConfig
            {
                Endpoints = new HttpEndpointsConfig
                {
                    ChatCompletions = BindEndpoint(section.Section("http").Section("endpoints").Section("chatCompletions")),
                    Responses = BindEndpoint(section.Section("http").Section("endpoints").Section("responses")),
                },
            },
            ControlUi = BindControlUi(section.Section("controlUi")),
            Reload = new ReloadConfig
            {
                Mode = section.Section("reload").Text("mode", d.Reload.Mode),
                DebounceMs = section.Section("reload").Whole("debounceMs", d.Reload.DebounceMs),
                BySignal = commands.Flag("restart", d.Reload.BySignal),
            },
            Tls = BindTls(section.Section("tls")),
            Pressure = BindPressure(section.Section("pressure")),
            Tools = BindToolList(section.Section("tools")),
            Tailscale = new TailscaleConfig { Mode = section.Section("tailscale").Text("mode", d.Tailscale.Mode) },
            PublicOrigin = section.Text("publicOrigin"),
            AutoApproveLocal = section.Section("nodes").Section("pairing").Flag("autoApproveLocal", true),
            Remote = new RemoteConfig
            {
                Url = section.Section("remote").Text("url"),
                Token = section.Section("remote").Text("token"),
                Password = section.Section("remote").Text("password"),
            },
        };
    }

    private static AuthConfig BindAuth(ConfigSection section)
    {
        var d = new AuthRateLimitConfig();
        ConfigSection limit = section.Section("rateLimit");
        ConfigSection proxy = section.Section("trustedProxy");
        return new AuthConfig
        {
            Mode = section.Text("mode"),
            Token = section.Text("token"),
            Password = section.Text("password"),
            IdentityScopes = section.Section("identityScopes").Members.ToDictionary(
                member => member.Key,
                IReadOnlyList<string> (member) => member.Value.Items is { Count: > 0 } items ? [.. items.Select(item => item.Text)] : [member.Value.Text],
                StringComparer.Ordinal),
            RateLimit = new AuthRateLimitConfig
            {
                MaxAttempts = limit.Whole("maxAttempts", d.MaxAttempts),
                WindowMs = limit.Whole("windowMs", d.WindowMs),
                LockoutMs = limit.Whole("lockoutMs", d.LockoutMs),
                ExemptLoopback = limit.Flag("exemptLoopback", d.ExemptLoopback),
            },
            TrustedProxy = new TrustedProxyAuthConfig
            {
                UserHeader = proxy.Text("userHeader"),
                RequiredHeaders = proxy.Texts("requiredHeaders"),
                AllowUsers = proxy.Texts("allowUsers"),
                AllowLoopback = proxy.Flag("allowLoopback", false),
                AutoApproveDevices = proxy.Section("deviceAutoApprove").Flag("enabled", false),
                AutoApproveScopes = proxy.Section("deviceAutoApprove").Texts("scopes"),
            },
        };
    }

    private static RequestRateLimitConfig? BindRateLimit(ConfigSection section)
    {
        var d = new RequestRateLimitConfig();
        return !section.Exists ? null : new RequestRateLimitConfig
        {
            MaxRequestsPerMinute = section.Whole("maxRequestsPerMinute", d.MaxRequestsPerMinute),
            MaxRequestsPerMinutePerToken = section.Whole("maxRequestsPerMinutePerToken", d.MaxRequestsPerMinutePerToken),
        };
    }

    private static HttpEndpointConfig BindEndpoint(ConfigSection section)
    {
        var d = new HttpImagesConfig();
        ConfigSection images = section.Section("images");
        return new HttpEndpointConfig
        {
            Enabled = section.Flag("enabled", true),
            Images = new HttpImagesConfig
            {
                MaxBytes = images.Whole("maxBytes", d.MaxBytes),
            },
        };
    }

    private static ControlUiConfig BindControlUi(ConfigSection section)
    {
        string prefix = section.Text("basePath", "").Trim('/');
        return new ControlUiConfig
        {
            Enabled = section.Flag("enabled", true),
            PairByCode = section.Flag("pairByCode", true),
            BasePath = prefix.Length == 0 ? "" : "/" + prefix,
            AllowedOrigins = section.Texts("allowedOrigins"),
            DangerouslyAllowHostHeaderOriginFallback = section.Flag("dangerouslyAllowHostHeaderOriginFallback", false),
        };
    }

    private static PressureConfig BindPressure(ConfigSection section) => new()
    {
        ShedLoad = section.Flag("shedLoad", true),
        MaxCelsius = section.Whole("maxCelsius", 80),
    };

    private static TlsConfig BindTls(ConfigSection section) => new()
    {
        Enabled = section.Flag("enabled"),
        CertPath = section.Text("certPath"),
        KeyPath = section.Text("keyPath"),
        CaPath = section.Text("caPath"),
    };

    private static ToolListConfig BindToolList(ConfigSection section) => new()
    {
        Allow = section.Texts("allow"),
        AlsoAllow = section.Texts("alsoAllow"),
        Deny = section.Texts("deny"),
    };

    private static ModelsConfig BindModels(ConfigSection section)
    {
        var providers = new OrderedDictionary<string, ModelProviderConfig>(StringComparer.Ordinal);
        foreach ((string id, ConfigNode node) in section.Section("providers").Members)
        {
            providers[id] = BindProvider(new ConfigSection(node));
        }
        return new ModelsConfig
        {
            Mode = section.Text("mode", "merge"),
            Providers = providers.Count == 0 ? ReadOnlyDictionary<string, ModelProviderConfig>.Empty : providers,
        };
    }

    private static ModelProviderConfig BindProvider(ConfigSection section) => new()
    {
        BaseUrl = section.Text("baseUrl"),
        Api = section.Text("api"),
        ApiKey = section.Text("apiKey"),
        TimeoutSeconds = section.Whole("timeoutSeconds"),
        Headers = section.TextMap("headers"),
        MaxConcurrent = section.Whole("maxConcurrent"),
        KeepAlive = section.Text("keepAlive"),
        Params = section.Raw("params"),
        Enabled = section.Flag("enabled", true),
        Models = [.. section.Items("models").Select(item => BindModel(new ConfigSection(item)))],
    };

    private static ModelConfig BindModel(ConfigSection section)
    {
        ConfigSection cost = section.Section("cost");
        return new ModelConfig
        {
            Id = section.Text("id", ""),
            Name = section.Text("name"),
            Api = section.Text("api"),
            Reasoning = section.Flag("reasoning"),
            Input = section.Texts("input"),
            Cost = cost.Exists
                ? new ModelCostConfig(cost.Real("input", 0), cost.Real("output", 0), cost.Real("cacheRead", 0), cost.Real("cacheWrite", 0))
                : null,
            ContextWindow = section.Whole("contextWindow", 0),
            ContextTokens = section.Whole("contextTokens", 0),
            MaxTokens = section.Whole("maxTokens", 0),
            Params = section.Raw("params"),
            Compat = section.Raw("compat"),
        };
    }
}
