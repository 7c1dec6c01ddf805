namespace OpenClaw.Edge.Http;

/// <summary>Places of this port, as metrics name them.</summary>
internal enum HttpRoute
{
    /// <summary>Nothing is there.</summary>
    None,

    /// <summary>Liveness, readiness and start.</summary>
    Probe,

    /// <summary>The landing page.</summary>
    Page,

    /// <summary><c>/pair</c>, where the landing page pairs its browser.</summary>
    Pair,

    /// <summary>The landing page's script.</summary>
    PageScript,

    /// <summary><c>/openclaw-ca.crt</c>.</summary>
    Authority,

    /// <summary><c>/v1/models</c> and below.</summary>
    Models,

    /// <summary><c>/v1/chat/completions</c>.</summary>
    Chat,

    /// <summary><c>/v1/responses</c>.</summary>
    Responses,

    /// <summary><c>/v1/embeddings</c>.</summary>
    Embeddings,

    /// <summary><c>/tools/invoke</c>.</summary>
    ToolsInvoke,

    /// <summary><c>/sessions/&lt;key&gt;/history</c>.</summary>
    SessionHistory,

    /// <summary><c>/sessions/&lt;key&gt;/kill</c>.</summary>
    SessionKill,

    /// <summary><c>/control-ui-config.json</c>.</summary>
    ControlUi,

    /// <summary>Webhooks.</summary>
    Hooks,

    /// <summary><c>/api/diagnostics/prometheus</c>.</summary>
    Metrics,
}
