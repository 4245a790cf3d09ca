using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace WorkflowAspire.LocalHosting.Tests;

public class SecretTests
{
    [Fact]
    public async Task A_password_that_nobody_has_said_is_the_one_that_the_server_keeps()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--Local:Database=postgres");
        var secret = builder.AddParameter("secret", new GenerateParameterDefault { MinLength = 22, Special = false }, secret: true, persist: true);
        builder.AddPostgres("postgres", password: secret).AddDatabase("workflow");
        await using var application = builder.Build();

        await application.StartAsync();

        var password = await secret.Resource.GetValueAsync(CancellationToken.None);
        (await application.GetConnectionStringAsync("workflow"))!.ShouldContain($"Password={password}");
    }

    [Fact]
    public async Task A_value_that_is_configured_goes_before_one_that_is_made_up()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:secret=said");

        var secret = builder.AddParameter("secret", new GenerateParameterDefault(), secret: true);

        (await secret.Resource.GetValueAsync(CancellationToken.None)).ShouldBe("said");
    }

    [Fact]
    public void What_is_made_up_is_long_enough_and_of_the_allowed_characters()
    {
        var made = new GenerateParameterDefault { MinLength = 40, Special = false, Upper = false }.GetDefaultValue();

        made.Length.ShouldBe(40);
        made.ShouldAllBe(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character));
        new GenerateParameterDefault().GetDefaultValue().Length.ShouldBe(22);
    }

    [Fact]
    public async Task Worker_and_API_get_the_language_model_that_is_configured_as_a_secret()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.WorkflowAspire_AppHost>(["--Parameters:language-model=Provider=ollama"]);

        builder.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == "language-model").Secret.ShouldBeTrue();
        foreach (var project in builder.Resources.OfType<ProjectResource>())
        {
            var context = new EnvironmentCallbackContext(builder.ExecutionContext, project);
            foreach (var callback in project.Annotations.OfType<EnvironmentCallbackAnnotation>()) await callback.Callback(context);
            var value = context.EnvironmentVariables["LanguageModels__default__ConnectionString"].ShouldBeOfType<ParameterResource>();
            (await value.GetValueAsync(CancellationToken.None)).ShouldBe("Provider=ollama");
        }
    }
}
