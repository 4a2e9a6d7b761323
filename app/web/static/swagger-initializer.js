"use strict";
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "openapi.json",
  deepLinking: true,
  // By default Swagger UI sends the document's address to validator.swagger.io.
  validatorUrl: null,
});
