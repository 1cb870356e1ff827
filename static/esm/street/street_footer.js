// The footer of a street's page is that of an agency's.
export { mend } from "../agency/agency_footer.js";
