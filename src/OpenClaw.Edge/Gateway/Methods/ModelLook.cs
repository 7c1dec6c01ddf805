namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>What a caller of <c>models.list</c> wants in each row.</summary>
/// <param name="details">Facts for lists that people read.</param>
/// <param name="input">What the model takes beside text, without the other details.</param>
/// <param name="capabilities">Whether a key can be saved for the provider.</param>
/// <param name="policy">Whether the model may be chosen by hand.</param>
internal sealed class ModelLook(bool details = false, bool input = false, bool capabilities = false, bool policy = false)
{
    /// <summary>Facts for lists that people read.</summary>
    public bool Details => details;

    /// <summary>What the model takes beside text.</summary>
    public bool Input => input || details;

    /// <summary>Whether a key can be saved for the provider.</summary>
    public bool Capabilities => capabilities;

    /// <summary>Whether the model may be chosen by hand.</summary>
    public bool Policy => policy;
}
