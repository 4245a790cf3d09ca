using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WorkflowAspire.Samples.DocumentDigest;
using WorkflowAspire.Samples.HttpExtract;
using WorkflowAspire.Samples.TicketTriage;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Llm;

namespace WorkflowAspire.Samples;

/// <summary>Registers the sample workflows.</summary>
public static class SampleWorkflows
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds <c>document-digest</c> and <c>http-extract</c>; the latter reads configuration section <c>HttpExtract</c>.</summary>
        public IServiceCollection AddSampleWorkflows()
        {
            services.AddWorkflow<DocumentDigestWorkflow, DocumentDigestInput, DocumentDigestOutput>(
                "document-digest", "Sections, key terms, reading time and a digest of a text in Markdown or plain text, in any language.");
            services.AddOptions<HttpExtractOptions>().BindConfiguration(HttpExtractOptions.Section).ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HttpExtractOptions>, HttpExtractOptionsValidator>());
            services.AddSingleton<PublicHttpClient>();
            services.AddWorkflow<HttpExtractWorkflow, HttpExtractInput, HttpExtractOutput>(
                "http-extract", "Fetches a JSON document and returns the fields that JSON pointers name.");
            return services;
        }

        /// <summary>Adds the samples that ask a language model, <c>ticket-triage</c>, where one named <c>default</c> is configured.</summary>
        public IServiceCollection AddLanguageModelSamples(IConfiguration configuration)
        {
            if (!configuration.HasLanguageModel("default")) return services;
            return services.AddWorkflow<TicketTriageWorkflow, TicketTriageInput, TicketTriageOutput>(
                "ticket-triage", "Classifies a help desk's ticket and drafts a reply to it, by a language model.");
        }
    }
}
